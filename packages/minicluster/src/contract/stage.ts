import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import {
  type Deployment,
  type EndpointSlice,
  type Event,
  isDeployment,
  isEndpointSlice,
  isEvent,
  isJob,
  isNode,
  isPod,
  isReplicaSet,
  type Job,
  type KubernetesObject,
  type Node,
  type Pod,
  parseObject,
  type ReplicaSet,
} from "@fairway/objects";
import { type JsonObject, objectsAt, textAt } from "../json.ts";
import type { ContractCluster } from "./contract-cluster.ts";
import type { Answer } from "./kubernetes-client.ts";

/** A kind of objects: where it is served, and how one is told. */
export interface Served<Kind extends KubernetesObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly is: (object: KubernetesObject) => object is Kind;
}

const any = (_object: KubernetesObject): _object is KubernetesObject => true;

export const pods: Served<Pod> = { apiVersion: "v1", kind: "Pod", resource: "pods", is: isPod };
export const events: Served<Event> = { apiVersion: "v1", kind: "Event", resource: "events", is: isEvent };
export const nodes: Served<Node> = { apiVersion: "v1", kind: "Node", resource: "nodes", is: isNode };
export const deployments: Served<Deployment> = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  resource: "deployments",
  is: isDeployment,
};
export const replicaSets: Served<ReplicaSet> = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  resource: "replicasets",
  is: isReplicaSet,
};
export const jobs: Served<Job> = { apiVersion: "batch/v1", kind: "Job", resource: "jobs", is: isJob };
export const endpointSlices: Served<EndpointSlice> = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  resource: "endpointslices",
  is: isEndpointSlice,
};

/** A kind that no type describes. */
export function served(apiVersion: string, kind: string, resource: string): Served<KubernetesObject> {
  return { apiVersion, kind, resource, is: any };
}

export const configMaps = served("v1", "ConfigMap", "configmaps");
export const secrets = served("v1", "Secret", "secrets");
export const services = served("v1", "Service", "services");
export const cronJobs = served("batch/v1", "CronJob", "cronjobs");

/** One change that a watch told. */
export interface Seen<Kind> {
  readonly type: string;
  readonly object: Kind;
}

/** Everything that happened to the objects of one kind since it began. */
export interface Recording<Kind> {
  readonly seen: readonly Seen<Kind>[];
  /** Waits until what was seen satisfies; asked again after each change. */
  until(what: string, condition: (seen: readonly Seen<Kind>[]) => boolean, last?: () => unknown): Promise<void>;
  close(): void;
}

/** A case's namespace, with what cases do in it. Requests that the API refuses fail the case. */
export interface Stage {
  readonly cluster: ContractCluster;
  readonly namespace: string;
  path(kind: Served<KubernetesObject>, name?: string, subresource?: string): string;
  create<Kind extends KubernetesObject>(kind: Served<Kind>, object: object): Promise<Kind>;
  get<Kind extends KubernetesObject>(kind: Served<Kind>, name: string): Promise<Kind | undefined>;
  /** @param query for example `labelSelector=app=web` */
  list<Kind extends KubernetesObject>(kind: Served<Kind>, query?: string): Promise<readonly Kind[]>;
  /** A merge patch. */
  patch<Kind extends KubernetesObject>(kind: Served<Kind>, name: string, patch: object): Promise<Kind>;
  remove(kind: Served<KubernetesObject>, name: string, options?: object): Promise<void>;
  /** Waits until the object satisfies, and gives what the condition gave. */
  until<Kind extends KubernetesObject, Found>(
    kind: Served<Kind>,
    name: string,
    what: string,
    condition: (object: Kind) => Found | undefined | false,
  ): Promise<Found>;
  untilGone(kind: Served<KubernetesObject>, name: string): Promise<void>;
  /** Waits for something that is asked again and again. */
  eventually<Found>(
    what: string,
    condition: () => Promise<Found | undefined | false>,
    withinMilliseconds?: number,
  ): Promise<Found>;
  record<Kind extends KubernetesObject>(kind: Served<Kind>, query?: string): Promise<Recording<Kind>>;
  /** Events about one object, as `Type Reason: message`. */
  told(name: string): Promise<readonly string[]>;
  /** Waits for an Event about an object. */
  untilTold(name: string, pattern: RegExp): Promise<string>;
  log(pod: string, query?: string): Promise<Answer>;
  /** Waits until a pod's log satisfies. */
  untilLogged(pod: string, pattern: RegExp, query?: string): Promise<string>;
}

/** For one wait; a loaded machine must not fail a case, and a hang must. Milliseconds. */
const patience = 120_000;
const interval = 75;

export function stageIn(cluster: ContractCluster, namespace: string): Stage {
  const { client } = cluster;
  const path = ({ apiVersion, resource }: Served<KubernetesObject>, name?: string, subresource?: string): string => {
    const prefix = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    const place = resource === "nodes" ? "" : `/namespaces/${namespace}`;
    return [`${prefix}${place}/${resource}`, name, subresource].filter((step) => step !== undefined).join("/");
  };

  async function eventually<Found>(
    what: string,
    condition: () => Promise<Found | undefined | false>,
    last: () => unknown = () => undefined,
    within = patience,
  ): Promise<Found> {
    const deadline = Date.now() + within;
    for (;;) {
      const found = await condition();
      if (found !== undefined && found !== false) return found;
      if (Date.now() > deadline) assert.fail(`not within ${within / 1000} s: ${what}; last ${JSON.stringify(last())}`);
      await pause(interval);
    }
  }

  async function list<Kind extends KubernetesObject>(kind: Served<Kind>, query = ""): Promise<readonly Kind[]> {
    const answer = await client.request("GET", `${path(kind)}?${query}`);
    assert.equal(answer.code, 200, answer.text);
    return objectsAt(answer.body, "items").map((item) => typed(kind, item));
  }

  async function get<Kind extends KubernetesObject>(kind: Served<Kind>, name: string): Promise<Kind | undefined> {
    const answer = await client.request("GET", path(kind, name));
    if (answer.code === 404) return undefined;
    assert.equal(answer.code, 200, answer.text);
    return typed(kind, answer.body);
  }

  async function follow<Kind extends KubernetesObject>(kind: Served<Kind>, query = ""): Promise<Recording<Kind>> {
    const first = await client.request("GET", `${path(kind)}?${query}`);
    assert.equal(first.code, 200, first.text);
    const version = textAt(first.body, "metadata", "resourceVersion");
    return record(kind, await client.watch(`${path(kind)}?watch=1&resourceVersion=${version}&${query}`));
  }

  async function told(name: string): Promise<readonly string[]> {
    const all = await list(events, `fieldSelector=involvedObject.name=${name}`);
    return all.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  }

  async function log(pod: string, query = ""): Promise<Answer> {
    return client.request("GET", `${path(pods, pod, "log")}?${query}`);
  }

  return {
    cluster,
    namespace,
    path,
    get,
    list,
    told,
    log,
    eventually: (what, condition, within) => eventually(what, condition, undefined, within),
    async create(kind, object) {
      const body = { apiVersion: kind.apiVersion, kind: kind.kind, ...object };
      const answer = await client.request("POST", path(kind), { body });
      assert.equal(answer.code, 201, answer.text);
      return typed(kind, answer.body);
    },
    async patch(kind, name, body) {
      const contentType = "application/merge-patch+json";
      const answer = await client.request("PATCH", path(kind, name), { body, contentType });
      assert.equal(answer.code, 200, answer.text);
      return typed(kind, answer.body);
    },
    async remove(kind, name, options) {
      const answer = await client.request("DELETE", path(kind, name), options === undefined ? {} : { body: options });
      assert.ok(answer.code === 200 || answer.code === 202, answer.text);
    },
    async until(kind, name, what, condition) {
      // A watch, because a state may last for less than a poll.
      const recording = await follow(kind, `fieldSelector=metadata.name=${name}`);
      try {
        const first = await get(kind, name);
        let last: unknown = first?.["status"];
        let found = first === undefined ? undefined : condition(first);
        let at = 0;
        await recording.until(
          `${kind.resource} ${name}: ${what}`,
          (seen) => {
            for (; at < seen.length && isNothing(found); at++) {
              const object = seen[at]?.object;
              if (object === undefined || seen[at]?.type === "DELETED") continue;
              last = object["status"];
              found = condition(object);
            }
            return !isNothing(found);
          },
          () => last,
        );
        if (found === undefined || found === false) throw new Error("it was found");
        return found;
      } finally {
        recording.close();
      }
    },
    async untilGone(kind, name) {
      await eventually(`${kind.resource} ${name} is gone`, async () => (await get(kind, name)) === undefined);
    },
    record: (kind, query) => follow(kind, query),
    async untilTold(name, pattern) {
      let known: readonly string[] = [];
      const look = async () => {
        known = await told(name);
        return known.find((line) => pattern.test(line));
      };
      return eventually(`an event ${pattern} about ${name}`, look, () => known);
    },
    async untilLogged(pod, pattern, query) {
      let text = "";
      const look = async () => {
        const answer = await log(pod, query);
        text = answer.text;
        return answer.code === 200 && pattern.test(text) ? text : undefined;
      };
      return eventually(`${pattern} in the log of ${pod}`, look, () => text);
    },
  };
}

function record<Kind extends KubernetesObject>(
  kind: Served<Kind>,
  watch: { readonly events: AsyncIterable<{ readonly type: string; readonly object: JsonObject }>; close(): void },
): Recording<Kind> {
  const seen: Seen<Kind>[] = [];
  let changed = Promise.withResolvers<void>();
  const read = async (): Promise<void> => {
    for await (const { type, object } of watch.events) {
      seen.push({ type, object: typed(kind, object) });
      changed.resolve();
      changed = Promise.withResolvers();
    }
  };
  // It ends by being closed.
  read().catch(() => undefined);
  return {
    seen,
    async until(what, condition, last = () => seen.at(-1)?.object["status"]) {
      const deadline = Date.now() + patience;
      while (!condition(seen)) {
        const left = deadline - Date.now();
        assert.ok(left > 0, `not seen within ${patience / 1000} s: ${what}; last ${JSON.stringify(last())}`);
        const stop = new AbortController();
        await Promise.race([changed.promise, pause(left, undefined, { signal: stop.signal }).catch(() => undefined)]);
        stop.abort();
      }
    },
    close: () => watch.close(),
  };
}

function isNothing(found: unknown): found is undefined | false {
  return found === undefined || found === false;
}

/** Items of lists do not tell their kind. */
function typed<Kind extends KubernetesObject>(kind: Served<Kind>, object: JsonObject): Kind {
  const parsed = parseObject({ apiVersion: kind.apiVersion, kind: kind.kind, ...object });
  assert.ok(parsed.ok, `no ${kind.kind}: ${JSON.stringify(object)}`);
  assert.ok(kind.is(parsed.object), `no ${kind.kind}: ${JSON.stringify(object)}`);
  return parsed.object;
}
