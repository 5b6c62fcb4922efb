import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isPod, isReady, type KubernetesObject, type Pod } from "@fairway/objects";
import { virtualClock } from "@fairway/rollout/testing";
import type { ContainerScript } from "./container-script.ts";
import { behaviours } from "./container-script.ts";
import type { Fault, Trouble } from "./fault.ts";
import type { SimulatedRequest } from "./in-process-api.ts";
import { objectFrom } from "./object-from.ts";
import { randomFaults, troublesOf } from "./random-faults.ts";
import { type SimulationOptions, startSimulation } from "./simulation.ts";

const never = new AbortController().signal;
const settings = "/api/v1/namespaces/default/configmaps/settings";

const createSettings: SimulatedRequest = {
  method: "POST",
  path: "/api/v1/namespaces/default/configmaps",
  body: { contentType: "application/json", text: JSON.stringify({ metadata: { name: "settings" }, data: { A: "1" } }) },
};

function start(options: Partial<SimulationOptions> = {}) {
  const clock = virtualClock();
  const simulation = startSimulation({ clusters: { alpha: {} }, ...options, clock });
  const send = simulation.transport("alpha");
  /** Until there is an answer, or `within` has gone by. */
  const ask = async (request: SimulatedRequest, within = 60_000) => {
    let said: string | undefined;
    const text = async () => {
      const answer = await send(request, never);
      let body = "";
      for await (const chunk of answer.body) body += Buffer.from(chunk).toString();
      return `${answer.code} ${body}`;
    };
    text().then(
      (answer) => {
        said = answer;
      },
      (error: Error & { sent?: boolean }) => {
        said = `${error.message}, ${error.sent === false ? "not sent" : "perhaps sent"}`;
      },
    );
    const begun = clock.elapsed();
    await clock.run(() => said !== undefined || clock.elapsed() - begun >= within, within + 20_000);
    return said ?? "nothing";
  };
  const stored = (resource: string, name: string): KubernetesObject | undefined =>
    simulation.cluster("alpha").objects.get({ resource, namespace: "default", name });
  return { clock, simulation, send, ask, stored };
}

describe("a simulated API", () => {
  it("repeats itself exactly from its seed", async () => {
    const traceOf = async (seed: number): Promise<readonly string[]> => {
      const lines: string[] = [];
      const faults: readonly Fault[] = [{ at: 2, what: { kind: "delay", milliseconds: 5 } }];
      const { clock, ask } = start({
        seed,
        clusters: { alpha: {}, beta: {} },
        faults,
        trace: (line) => lines.push(line),
      });
      await ask(createDeployment("web", 5));
      await ask({ method: "GET", path: "/api/v1/pods" });
      await clock.advance(30_000);
      return lines;
    };
    const [one, again, other] = [await traceOf(1), await traceOf(1), await traceOf(2)];
    assert.ok(one.length > 100);
    assert.deepEqual(again, one);
    assert.notDeepEqual(other, one);
  });

  const cases: readonly (readonly [what: Trouble, answer: RegExp, done: boolean])[] = [
    [{ kind: "refused" }, /^connection refused, not sent$/, false],
    [{ kind: "request-lost" }, /^connection reset, perhaps sent$/, false],
    [{ kind: "answer-lost" }, /^connection reset, perhaps sent$/, true],
    [{ kind: "silence", done: false }, /^nothing$/, false],
    [{ kind: "silence", done: true }, /^nothing$/, true],
    [{ kind: "delay", milliseconds: 500 }, /^201 /, true],
    [{ kind: "delay", milliseconds: 500, answer: true }, /^201 /, true],
    [{ kind: "status", code: 409 }, /^409 .*"reason":"Conflict"/, false],
    [{ kind: "status", code: 429, retryAfterSeconds: 3 }, /^429 .*"retryAfterSeconds":3/, false],
    [
      { kind: "status", code: 400, message: 'admission webhook "x" denied the request' },
      /^400 .*denied the request/,
      false,
    ],
    [{ kind: "unreachable", milliseconds: 3_000 }, /^connection refused, not sent$/, false],
    [{ kind: "mutate", resource: "configmaps", patch: { data: { B: "2" } } }, /^201 .*"data":{"A":"1","B":"2"}/, true],
    [{ kind: "clock-jump", milliseconds: 86_400_000 }, /^201 .*"creationTimestamp":"2026-01-02/, true],
  ];
  for (const [what, answer, done] of cases) {
    it(`meets ${JSON.stringify(what)}`, async () => {
      const { ask, stored, simulation } = start({ faults: [{ at: { verb: "create", resource: "configmaps" }, what }] });
      assert.match(await ask({ method: "GET", path: settings }), /^404 /);
      assert.match(await ask(createSettings, 10_000), answer);
      assert.equal(stored("configmaps", "settings") !== undefined, done);
      assert.deepEqual(
        simulation.calls.map(({ number, verb, resource, name, writes }) => [number, verb, resource, name, writes]),
        [
          [1, "get", "configmaps", "settings", false],
          [2, "create", "configmaps", "", true],
        ],
      );
    });
  }

  it("is back after an outage, whose begin cuts what was open", async () => {
    const { clock, send, simulation, ask } = start();
    const opening = send({ method: "GET", path: "/api/v1/pods", query: { watch: "true" } }, never);
    await clock.advance(10);
    const watch = await opening;
    const ended = assert.rejects(async () => {
      for await (const _ of watch.body);
    }, /broke off/);
    simulation.inject({ at: { verb: "get" }, what: { kind: "unreachable", milliseconds: 2_000 } });
    assert.match(await ask({ method: "GET", path: settings }), /refused/);
    await ended;
    await clock.advance(2_000);
    assert.match(await ask({ method: "GET", path: settings }), /^404 /);
  });

  it("shows lists as they were", async () => {
    const { ask } = start({ faults: [{ at: { verb: "list", count: 2 }, what: { kind: "stale-list", versions: 1 } }] });
    const list = { method: "GET", path: "/api/v1/namespaces/default/configmaps?labelSelector=!none" };
    await ask(createSettings);
    assert.match(await ask(list), /"name":"settings"/);
    assert.doesNotMatch(await ask(list), /"name":"settings"/);
    assert.match(await ask(list), /"name":"settings"/);
  });

  it("lets somebody else change or delete an object just before a call", async () => {
    const edit = {
      kind: "edit",
      manager: "somebody",
      resource: "configmaps",
      namespace: "default",
      name: "settings",
    } as const;
    const { ask, stored } = start({
      faults: [
        { at: 2, what: { ...edit, patch: { data: { A: "theirs" } } } },
        { at: 3, what: { ...edit, patch: null } },
      ],
    });
    await ask(createSettings);
    assert.match(await ask({ method: "GET", path: settings }), /"A":"theirs"/);
    assert.ok(stored("configmaps", "settings")?.metadata.managedFields?.some(({ manager }) => manager === "somebody"));
    assert.match(await ask({ method: "GET", path: settings }), /^404 /);
  });

  const watched: readonly (readonly [faults: readonly Trouble[], seen: string])[] = [
    [[], "1 2 3"],
    [[{ kind: "watch-event", event: 2, becomes: "dropped" }], "1 3"],
    [[{ kind: "watch-event", event: 2, becomes: "repeated" }], "1 2 2 3"],
    [[{ kind: "watch-event", event: 1, becomes: "late" }], "2 1 3"],
    [[{ kind: "watch-cut", event: 2 }], "1 cut"],
    [[{ kind: "watch-expired", event: 3 }], "1 2 410"],
  ];
  for (const [troubles, expected] of watched) {
    it(`sends three events of a watch as ${expected}`, async () => {
      const { clock, send, simulation } = start({ faults: troubles.map((what) => ({ at: { verb: "watch" }, what })) });
      const { objects } = simulation.cluster("alpha");
      await clock.advance(1_000);
      const resourceVersion = objects.collectionVersion();
      const opening = send(
        { method: "GET", path: "/api/v1/namespaces/default/configmaps", query: { watch: "true", resourceVersion } },
        never,
      );
      await clock.advance(10);
      const seen: string[] = [];
      const reading = (async () => {
        for await (const line of (await opening).body) {
          const { object } = JSON.parse(Buffer.from(line).toString());
          seen.push(object.code ?? object.metadata.name);
        }
      })();
      reading.catch(() => seen.push("cut"));
      for (const name of ["1", "2", "3"]) {
        objects.create("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } });
      }
      await clock.advance(10);
      assert.equal(seen.join(" "), expected);
    });
  }

  it("goes back to a backup, with versions and all, while pods run on", async () => {
    const { clock, ask, stored, simulation } = start();
    const cluster = simulation.cluster("alpha");
    await ask(createDeployment("web", 1));
    await clock.advance(10_000);
    const [pod] = podsOf(cluster.objects.list("pods"));
    const version = Number(cluster.objects.collectionVersion());
    simulation.inject({ at: { verb: "get", name: "before" }, what: { kind: "backup" } });
    simulation.inject({ at: { verb: "get", name: "after" }, what: { kind: "restore" } });
    await ask({ method: "GET", path: "/api/v1/namespaces/default/configmaps/before" });
    await ask(createSettings);
    cluster.objects.remove({ resource: "deployments", namespace: "default", name: "web" });
    await clock.advance(60_000);
    assert.deepEqual(cluster.objects.list("pods"), []);
    await ask({ method: "GET", path: "/api/v1/namespaces/default/configmaps/after" });
    assert.equal(stored("configmaps", "settings"), undefined);
    await clock.advance(60_000);
    const [again] = podsOf(cluster.objects.list("pods"));
    assert.equal(again?.metadata.uid, pod?.metadata.uid);
    assert.ok(again !== undefined && isReady(again));
    assert.ok(Number(again.metadata.resourceVersion) > version);
    assert.deepEqual(cluster.errors, []);
  });
});

describe("simulated containers", () => {
  const cases: readonly (readonly [script: Omit<ContainerScript, "of">, state: string])[] = [
    [{}, "ready"],
    [{ runs: behaviours.ready(8_000) }, "ready"],
    [{ runs: behaviours.neverReady() }, "running"],
    [{ runs: behaviours.crash(3, "no database\nbye") }, "CrashLoopBackOff after 3 Error: no database, bye"],
    [{ runs: behaviours.crashOnce(4) }, "ready after 4 Error"],
    [{ runs: behaviours.outOfMemory() }, "CrashLoopBackOff after 137 OOMKilled"],
    [{ runs: behaviours.failingProbes(5_000) }, "running"],
    [{ runs: [{ startError: "no such program" }] }, "CrashLoopBackOff after 128 StartError"],
    [{ pull: { missing: "not found" } }, "ImagePullBackOff"],
    [{ pull: { pullTime: 10_000 } }, "ready"],
    [{ pull: { pullTime: 100_000 } }, "ContainerCreating"],
  ];
  for (const [script, expected] of cases) {
    it(`that play ${JSON.stringify(script)} get ${expected}`, async () => {
      const { clock, ask, simulation } = start();
      const cluster = simulation.cluster("alpha");
      cluster.play({ ...script, of: { image: "shop/web:1" } });
      cluster.play({ of: { image: "other" }, runs: behaviours.crash() });
      await ask(createDeployment("web", 1));
      await clock.advance(27_000);
      const [pod] = podsOf(cluster.objects.list("pods"));
      const [status] = pod?.status?.containerStatuses ?? [];
      const end = status?.lastState?.terminated;
      const path = `/api/v1/namespaces/default/pods/${pod?.metadata.name}/log?previous=true`;
      const log = end === undefined ? "" : await ask({ method: "GET", path });
      const lines = log.startsWith("200 ") ? log.slice(4).trim().replaceAll("\n", ", ") : "";
      const now = status?.ready ? "ready" : status?.state?.running ? "running" : status?.state?.waiting?.reason;
      const before = end === undefined ? "" : ` after ${end.exitCode} ${end.reason}`;
      assert.equal(`${now}${before}${lines === "" ? "" : `: ${lines}`}`, expected);
      assert.deepEqual(cluster.errors, []);
    });
  }

  it("of Jobs end, well unless told otherwise", async () => {
    const { clock, ask, simulation } = start();
    const { objects, play } = simulation.cluster("alpha");
    play({ of: { image: "migrate:bad" }, runs: behaviours.job(1, "no such table") });
    for (const image of ["migrate:good", "migrate:bad"]) {
      const spec = {
        backoffLimit: 0,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "app", image }] } },
      };
      const body = { metadata: { name: image.slice(8) }, spec };
      await ask(post("/apis/batch/v1/namespaces/default/jobs", body));
    }
    await clock.advance(20_000);
    const conditions = objects.list("jobs").map(({ metadata, status }) => [metadata.name, JSON.stringify(status)]);
    assert.match(conditions[0]?.join() ?? "", /^bad.*"type":"Failed"/);
    assert.match(conditions[1]?.join() ?? "", /^good.*"type":"Complete"/);
  });

  it("are placed on nodes that have room and no taint", async () => {
    const nodes = [
      { name: "small", capacity: { pods: 1 } },
      { name: "big" },
      { name: "gpu", taints: [{ key: "gpu", effect: "NoSchedule" }] },
    ];
    const { clock, ask, simulation } = start({ clusters: { alpha: { nodes } } });
    await ask(createDeployment("web", 6));
    await clock.advance(10_000);
    const pods = podsOf(simulation.cluster("alpha").objects.list("pods"));
    const places = Map.groupBy(pods, ({ spec }) => spec?.nodeName);
    assert.deepEqual(
      [places.get("small")?.length ?? 0, places.get("gpu")],
      [pods.length - (places.get("big")?.length ?? 0), undefined],
    );
    assert.ok(pods.every(isReady));
  });
});

describe("random faults", () => {
  it("are the same for the same seed, and of every kind that fits its call", () => {
    const of = { number: 7, client: "engine", cluster: "alpha", namespace: "shop", name: "", writes: false } as const;
    const watch = { ...of, verb: "watch", resource: "pods" } as const;
    const apply = { ...of, number: 8, verb: "apply", resource: "deployments", writes: true } as const;
    const calls = [watch, apply];
    const faults = (seed: number) => randomFaults({ seed, calls, count: 500 });
    assert.deepEqual(faults(3), faults(3));
    assert.notDeepEqual(faults(3), faults(4));
    for (const call of calls) {
      const chosen = new Set(
        faults(3)
          .filter(({ at }) => at === call.number)
          .map(({ what }) => JSON.stringify(what)),
      );
      assert.deepEqual(
        [...chosen].toSorted(),
        troublesOf(call)
          .map((what) => JSON.stringify(what))
          .toSorted(),
      );
    }
  });
});

function post(path: string, body: unknown): SimulatedRequest {
  return { method: "POST", path, body: { contentType: "application/json", text: JSON.stringify(objectFrom(body)) } };
}

function createDeployment(name: string, replicas: number): SimulatedRequest {
  const labels = { app: name };
  const readinessProbe = { httpGet: { port: 8080 }, periodSeconds: 1 };
  const container = { name: "app", image: `shop/${name}:1`, ports: [{ containerPort: 8080 }], readinessProbe };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return post("/apis/apps/v1/namespaces/default/deployments", { metadata: { name }, spec });
}

function podsOf(objects: readonly KubernetesObject[]): readonly Pod[] {
  return objects.filter(isPod);
}
