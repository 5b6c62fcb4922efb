/** Rollouts in two real clusters whose server is killed at points of theirs, under constant requests. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { makeAccount } from "@fairway/kube";
import { textAt } from "@fairway/object-schema";
import type { Scope } from "../../e2e/platform.ts";
import { constantRequests, requests } from "../../traffic/answering.ts";
import { environment } from "../fairway.ts";
import { type KubernetesCluster, startKubernetes } from "../harness/start-kubernetes.ts";
import { allAtRest } from "../oracle.ts";
import { openApiGate } from "./api-gate.ts";
import { checkJournal, untilEnded } from "./check-journal.ts";
import { createHolds, type Holds } from "./hold-at.ts";
import { appTomlOf, type KindName, kinds } from "./kinds.ts";
import type { Point, Recorded } from "./points.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

/** Few and small: what they cost is paid again in each round. */
export const services = [
  { name: "amber", replicas: 2 },
  { name: "birch", replicas: 1 },
  { name: "cedar", replicas: 1 },
] as const;
type Service = (typeof services)[number];

/** What each service does in a round, and where the server is killed on its way. */
export interface Round {
  readonly rollouts: readonly { readonly kind: KindName; readonly point?: Point }[];
  /** The next process is killed too, after the first thing that it does. */
  readonly again?: boolean;
}

/** What a round showed. */
export interface Shown {
  /** Rollouts that stood exactly at their points when the server was killed. */
  readonly exact: number;
  /**
   * Milliseconds from the start of the next process to its first write or journal entry; undefined: nothing was left to do.
   */
  readonly resumed: number | undefined;
  readonly recorded: readonly Recorded[];
}

export interface Killing {
  readonly server: ServerProcess;
  /** One rollout of each service, all at once. Without points nobody is killed. Throws AssertionErrors. */
  play(round: Round): Promise<Shown>;
  /** Requests that were answered until now; the first that fails ends the round. */
  answered(): number;
}

interface Release {
  readonly name: string;
  readonly text: string;
}

/** Starts clusters and the server, deploys the services, and sends requests to each of them in each cluster. */
export async function startKilling(scope: Scope): Promise<Killing> {
  const { clusters, registry, nodeImage } = await startKubernetes(scope, { clusters: 2, kubelet: true });
  const holds = createHolds();
  const server = await startServerProcess(scope);
  const { client } = server;
  for (const cluster of clusters) {
    const { name } = cluster;
    const gate = await openApiGate(scope, cluster, holds);
    const kubeconfig = await makeAccount({ name, kubeconfig: gate.kubeconfig });
    await client.addCluster({ body: { name, environment, kubeconfig } });
  }
  const body = { environment, prefix: `${registry}/team`, plainHttp: true };
  await client.putRegistry({ params: { registry: "main" }, body });

  const active = new Map<Service, { readonly now: Release; readonly before: Release | undefined }>();
  let made = 0;
  const releaseOf = async (service: Service, kind: KindName): Promise<Release> => {
    if ("isRollback" in kinds[kind]) return active.get(service)?.before ?? assert.fail("nothing to go back to");
    made += 1;
    const text = `${service.name}-${made}`;
    const appToml = appTomlOf(service, text, kinds[kind], nodeImage);
    const { release } = await client.createRelease({ body: { environment, appToml } });
    return { name: release.name, text };
  };
  const begin = async (service: Service, kind: KindName) => {
    const release = await releaseOf(service, kind);
    const asked = { service: service.name, environment, release: release.name, idempotencyKey: randomUUID() };
    const how = "isRollback" in kinds[kind] ? ("rollback" as const) : ("deploy" as const);
    const { number } = await client.createRollout({ body: { ...asked, kind: how } });
    return { service, kind, release, number };
  };
  const ended = async ({ service, kind, release, number }: Awaited<ReturnType<typeof begin>>): Promise<Recorded> => {
    await untilEnded(server, number);
    const entries = await checkJournal(server, number, kinds[kind].ends);
    if (kinds[kind].ends === "succeeded") active.set(service, { now: release, before: active.get(service)?.now });
    const writes = holds.writes().filter(({ namespace }) => namespace === service.name);
    return { writes: writes.map(({ at }) => at), entries: entries.map(({ at }) => Date.parse(at)) };
  };

  await Promise.all(services.map(async (service) => ended(await begin(service, "rolling"))));
  const loads = await Promise.all(
    clusters.flatMap((cluster) =>
      services.map(async ({ name }) => constantRequests({ address: await addressOf(cluster, name), host: name }, 5)),
    ),
  );
  scope.after(async () => void (await Promise.all(loads.map((load) => load.stop()))));

  return {
    server,
    answered: () => loads.flatMap((load) => Object.values(load.heard().answers)).reduce((sum, one) => sum + one, 0),
    async play({ rollouts, again = false }) {
      holds.arm(Object.fromEntries(rollouts.flatMap(({ point }, index) => (point ? [[nameOf(index), point]] : []))));
      const follow = new AbortController();
      const begun = await Promise.all(
        rollouts.map(async ({ kind }, index) => {
          const one = await begin(services[index] ?? assert.fail(`there are ${services.length} services`), kind);
          void tell(server, holds, one.number, one.service.name, follow.signal);
          return one;
        }),
      );
      const kill = async (): Promise<{ readonly exact: number; readonly from: number }> => {
        const exact = (await holds.stopped()).length;
        follow.abort();
        await server.kill();
        holds.drop();
        if (again) {
          holds.arm(Object.fromEntries(services.map(({ name }) => [name, { at: "after", n: 1 }])));
          await server.start();
          await Promise.race([holds.anyStopped(), Promise.all(begun.map(({ number }) => untilEnded(server, number)))]);
          await server.kill();
          holds.drop();
        }
        return { exact, from: (await server.start()).begun };
      };
      const isHurt = rollouts.some(({ point }) => point !== undefined);
      const { exact, from } = isHurt ? await kill() : { exact: 0, from: Number.POSITIVE_INFINITY };
      const recorded = await Promise.all(begun.map(ended));
      await Promise.all([...active].map(async ([{ name }, { now }]) => isEverywhere(clusters, name, now)));
      const failed = loads.flatMap((load) => load.heard().failed);
      assert.deepEqual(failed, [], `${failed.length} requests failed`);
      const next = Math.min(...recorded.flatMap((one) => [...one.writes, ...one.entries]).filter((at) => at >= from));
      return { exact, resumed: Number.isFinite(next) ? next - from : undefined, recorded };
    },
  };
}

/** The release and no other, with what its Services answer. */
async function isEverywhere(clusters: readonly KubernetesCluster[], service: string, { name, text }: Release) {
  await allAtRest(clusters, { namespace: service, release: name });
  for (const cluster of clusters) {
    const heard = await requests({ address: await addressOf(cluster, service), host: service }, 10);
    assert.deepEqual(heard, { answers: { [text]: 10 }, failed: [] }, `${service} in ${cluster.name}`);
  }
}

function nameOf(index: number): string {
  return services[index]?.name ?? "";
}

async function addressOf({ client }: KubernetesCluster, service: string): Promise<string> {
  const { body } = await client.request("GET", `/api/v1/namespaces/${service}/services/${service}`);
  return `${textAt(body, "spec", "clusterIP")}:80`;
}

/** Tells the holds how far the rollout's journal has come, until its end or the signal. */
async function tell({ client }: ServerProcess, holds: Holds, number: number, service: string, signal: AbortSignal) {
  try {
    for await (const { data } of client.followRollout({ params: { number }, signal })) {
      holds.seen(service, data.sequence);
      if (data.endedAt !== undefined) holds.over(service);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
