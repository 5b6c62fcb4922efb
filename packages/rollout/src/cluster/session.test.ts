import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isConfigMap, isDeployment, type KubernetesObject, keyOf, refOf } from "@fairway/objects";
import { type Cluster, LeaseLost } from "../ports.ts";
import { interceptCluster } from "../testing/intercept.ts";
import { type MemoryCluster, memoryCluster } from "../testing/memory-cluster.ts";
import { virtualClock } from "../testing/virtual-clock.ts";
import { emptyInventory, formatInventory, inventoryRef, parseInventory } from "./inventory.ts";
import { ForeignObject, InventoryAhead } from "./ownership.ts";
import { openSession, type Session } from "./session.ts";

const identity = { service: "user", environment: "prod", namespace: "user" };
const labels = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" };
const space: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "user", labels } };
const { signal } = new AbortController();

function config(level: string, own: Readonly<Record<string, string>> = labels): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "user", labels: own },
    data: { LEVEL: level },
  };
}

function level(cluster: MemoryCluster): string | undefined {
  const found = cluster.objects("user").find((one) => one.metadata.name === "settings");
  return found !== undefined && isConfigMap(found) ? found.data?.["LEVEL"] : undefined;
}

/** `lease.lost`: what the journal would say. */
function session(cluster: Cluster, epoch: number, lease = { lost: false }, wroteUnder = 0): Session {
  const prove = async (): Promise<void> => {
    if (lease.lost) throw new LeaseLost("prod", "user");
  };
  return openSession({
    cluster,
    identity,
    tenure: { epoch, prove, confirm: prove, lost: () => lease.lost },
    clock: { now: Date.now, sleep: async () => undefined },
    kinds: [{ apiVersion: "v1", kind: "ConfigMap" }],
    deletion: 1_000,
    log: () => undefined,
    epoch: wroteUnder,
  });
}

interface Held {
  readonly cluster: Cluster;
  /** The next apply from now on waits. */
  arm(): void;
  /** Resolves when it does. */
  readonly waits: Promise<void>;
  /** It goes on; when `only`, nothing after it gets through. */
  go(only?: boolean): void;
}

function holding(cluster: MemoryCluster): Held {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let armed = false;
  let closed = false;
  const before = async (method: string): Promise<void> => {
    if (closed) throw new Error("stopped");
    if (!armed || method !== "apply") return;
    armed = false;
    reached.resolve();
    await gate.promise;
  };
  return {
    cluster: interceptCluster(cluster, { before: ({ method }) => before(method) }),
    arm: () => {
      armed = true;
    },
    waits: reached.promise,
    go: (only = false) => {
      closed = only;
      gate.resolve();
    },
  };
}

describe("session", () => {
  it("looks at the next object while one is written, and takes the inventory for what it wrote", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const asked: string[] = [];
    const watched = interceptCluster(cluster, {
      before: ({ method, kind = "" }) => void asked.push(`${method} ${kind}`),
    });
    const two = { ...config("info"), metadata: { ...config("info").metadata, name: "more" } };
    const one = session(watched, 1);
    await one.apply([space, config("info"), two], signal);
    asked.length = 0;
    await one.apply([space, config("debug"), two], signal);
    // No inventory among them: it lists them already, and nobody else has written it.
    const maps = ["get ConfigMap", "get ConfigMap", "apply ConfigMap", "apply ConfigMap"];
    assert.deepEqual(asked, ["get Namespace", "apply Namespace", ...maps]);
    asked.length = 0;
    await one.prune(new Set([keyOf(space), keyOf(two)]), signal, new Set(["HorizontalPodAutoscaler"]));
    assert.deepEqual(asked, []);
  });

  it("writes an inventory that somebody has taken away meanwhile anew", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const one = session(cluster, 1);
    await one.apply([space, config("info")], signal);
    await cluster.delete(inventoryRef(identity), {});
    const two = { ...config("info"), metadata: { ...config("info").metadata, name: "more" } };
    await one.apply([space, config("info"), two], signal);
    const stored = await cluster.get(inventoryRef(identity));
    assert.ok(stored !== undefined);
    assert.equal(parseInventory(stored)?.entries.length, 3);
  });

  it("makes a late write of the former engine fail, even where the new one had nothing to change", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const held = holding(cluster);
    const lease = { lost: false };
    const old = session(held.cluster, 1, lease);
    await old.apply([space, config("first")], signal);
    held.arm();
    const late = old.apply([config("late")], signal);
    await held.waits;
    await session(cluster, 2).apply([space, config("first")], signal);
    lease.lost = true;
    held.go();
    await assert.rejects(late, LeaseLost);
    assert.equal(level(cluster), "first");
  });

  it("makes a write that was decided before a fence fail", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const held = holding(cluster);
    const abandoned = session(held.cluster, 1);
    await abandoned.apply([space, config("former")], signal);
    held.arm();
    const late = abandoned.apply([config("new")], signal);
    await held.waits;
    const next = session(cluster, 1);
    await next.fence("restore", signal);
    await next.apply([space, config("former")], signal);
    held.go(true);
    await assert.rejects(late);
    assert.equal(level(cluster), "former");
  });

  it("does not write below a newer epoch: the lease is lost, or the platform is not the only one", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    await session(cluster, 5).apply([space, config("theirs")], signal);
    const lease = { lost: false };
    await assert.rejects(session(cluster, 4, lease).apply([config("ours")], signal), InventoryAhead);
    lease.lost = true;
    await assert.rejects(session(cluster, 4, lease).apply([config("ours")], signal), LeaseLost);
    assert.equal(level(cluster), "theirs");
  });

  it("leaves the inventory to the newer engine that has made it, when its own create comes too late", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const lease = { lost: false };
    const late = interceptCluster(cluster, {
      async before({ method }) {
        if (method !== "create") return;
        await session(cluster, 2).apply([space, config("theirs")], signal);
        lease.lost = true;
        throw new LeaseLost("prod", "user");
      },
    });
    await assert.rejects(session(late, 1, lease).apply([space, config("ours")], signal), LeaseLost);
    const stored = cluster.objects("user").find((one) => refOf(one).name === inventoryRef(identity).name);
    assert.equal(stored && parseInventory(stored)?.epoch, 2);
  });

  it("touches nothing that is not ours", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const own = session(cluster, 1);
    await own.apply([space], signal);
    cluster.applyAs("kubectl", config("theirs", {}));
    await assert.rejects(own.apply([config("ours")], signal), ForeignObject);
    await own.prune(new Set([keyOf(space)]), signal);
    assert.equal(level(cluster), "theirs");
    const other = memoryCluster("beta", virtualClock());
    other.applyAs("kubectl", { ...space, metadata: { name: "user" } });
    await assert.rejects(session(other, 1).apply([space, config("ours")], signal), ForeignObject);
    await session(other, 1).remove(signal);
    assert.equal(other.objects().filter((one) => one.metadata.name === "user").length, 1);
  });

  it("writes nothing more into a cluster that was put back to before its rollout, until all is set anew", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const earlier = session(cluster, 1);
    await earlier.apply([space, config("info")], signal);
    await earlier.settle(signal);
    const next = session(cluster, 3, { lost: false }, 2);
    const keep = new Set([space, config("info")].map(keyOf));
    await assert.rejects(next.prune(keep, signal), /put back to an earlier state/);
    await assert.rejects(next.prune(keep, signal), /put back to an earlier state/);
    await next.fence("converge", signal);
    await next.apply([space, config("debug")], signal);
    assert.equal(level(cluster), "debug");
    await next.settle(signal);
    await session(cluster, 4, { lost: false }, 3).apply([space, config("warn")], signal);
    assert.equal(level(cluster), "warn");
  });

  it("sets all anew at once in such a cluster where a fence comes first", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const earlier = session(cluster, 1);
    await earlier.apply([space, config("info")], signal);
    await earlier.settle(signal);
    const next = session(cluster, 3, { lost: false }, 2);
    await next.fence("restore", signal);
    await next.apply([space, config("debug")], signal);
    assert.equal(level(cluster), "debug");
  });

  it("notices that a cluster is put back while it is at work there", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const earlier = session(cluster, 1);
    await earlier.apply([space, config("info")], signal);
    await earlier.settle(signal);
    const backup = await cluster.get(inventoryRef(identity));
    assert.ok(backup !== undefined);
    const present = session(cluster, 2);
    await present.apply([space, config("debug")], signal);
    const { uid: _, resourceVersion: __, managedFields: ___, ...metadata } = backup.metadata;
    cluster.updateAs("backup", { ...backup, metadata });
    const two = { ...config("info"), metadata: { ...config("info").metadata, name: "more" } };
    await assert.rejects(present.apply([space, two], signal), /put back to an earlier state/);
  });

  it("takes away at the end what a former engine made late, after it was taken over from", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    await session(cluster, 1).apply([space, config("info")], signal);
    const next = session(cluster, 2);
    await next.apply([space, config("info")], signal);
    cluster.applyAs("fairway", { ...config("info"), metadata: { ...config("info").metadata, name: "late" } });
    await next.prune(new Set([space, config("info")].map(keyOf)), signal);
    assert.ok(!cluster.objects("user").some(({ metadata }) => metadata.name === "late"));
  });

  it("leaves a namespace that was there before, with what is of others, and takes its own marks off it", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const marks = { labels: { ...labels, team: "a" }, annotations: { "fairway.dev/adopted": "1" } };
    cluster.applyAs("kubectl", { ...space, metadata: { name: "user", ...marks } });
    const own = session(cluster, 1);
    await own.apply([config("ours")], signal);
    cluster.applyAs("kubectl", { ...config("theirs", {}), metadata: { name: "of-others", namespace: "user" } });
    await own.remove(signal);
    const left = cluster.objects().filter(({ metadata }) => metadata.namespace === "user" || metadata.name === "user");
    assert.deepEqual(
      left.map(({ metadata: { name, labels: has, annotations } }) => [name, has ?? {}, annotations ?? {}]),
      [
        ["user", { team: "a" }, {}],
        ["of-others", {}, {}],
      ],
    );
    await own.remove(signal);
  });

  it("leaves an object alone that was made anew under the name of ours", async () => {
    const clock = virtualClock();
    const cluster = memoryCluster("alpha", clock);
    const own = session(cluster, 1);
    await own.apply([space, config("ours")], signal);
    await cluster.delete(refOf(config("")), {});
    cluster.applyAs("kubectl", config("anew"));
    await own.prune(new Set([keyOf(space)]), signal);
    assert.equal(level(cluster), "anew");
  });

  it("refuses to prune everything", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const own = session(cluster, 1);
    await own.apply([space, config("ours")], signal);
    await assert.rejects(own.prune(new Set(), signal), /empty/);
    assert.equal(level(cluster), "ours");
  });

  it("finds by label what an engine made without having said so", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    await session(cluster, 1).apply([space], signal);
    cluster.applyAs("fairway", config("orphan"));
    const next = session(cluster, 2);
    await next.apply([space], signal);
    await next.prune(new Set([keyOf(space)]), signal);
    assert.equal(level(cluster), undefined);
  });

  it("makes an unreadable inventory anew from what is there", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const own = session(cluster, 1);
    await own.apply([space, config("ours")], signal);
    await own.settle(signal);
    const stored = await cluster.get(inventoryRef(identity));
    assert.ok(stored);
    await cluster.replace({ ...stored, data: { epoch: "many" } });
    await session(cluster, 2).apply([space], signal);
    const inventory = parseInventory((await cluster.get(inventoryRef(identity))) ?? space);
    assert.deepEqual(inventory?.entries.map((entry) => entry.name).toSorted(), ["settings", "user"]);
  });
});

describe("inventory", () => {
  it("is read as it was written, and as an ApplySet parent by others", () => {
    const entries = [{ apiVersion: "apps/v1", kind: "Deployment", namespace: "user", name: "user-a", uid: "1" }];
    const inventory = { ...emptyInventory, epoch: 7, settled: false, entries };
    const object = formatInventory(inventory, identity);
    assert.deepEqual(parseInventory(object), inventory);
    assert.match(object.metadata.labels?.["applyset.kubernetes.io/id"] ?? "", /^applyset-[\w-]{43}-v1$/);
    assert.equal(object.metadata.annotations?.["applyset.kubernetes.io/contains-group-kinds"], "Deployment.apps");
  });

  it("is not read when somebody made something else of it", () => {
    const wrong = [
      { epoch: "x", entries: "[]" },
      { epoch: "1", entries: "no" },
      { epoch: "1", entries: '[{"kind":1}]' },
    ];
    for (const data of wrong) {
      const object = { ...formatInventory(emptyInventory, identity), data };
      assert.equal(parseInventory(object), undefined);
    }
  });
});

describe("a workload that takes over the load of another slot", () => {
  const deployment = (name: string, slot: string | undefined, replicas?: number): KubernetesObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "user", labels: { ...labels, ...(slot && { "fairway.dev/slot": slot }) } },
    spec: { ...(replicas === undefined ? {} : { replicas }), template: { spec: { containers: [] } } },
  });
  const scaler = (name: string): KubernetesObject => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace: "user", labels },
    spec: {
      minReplicas: 2,
      maxReplicas: 9,
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
    },
  });
  const beside = { slot: "a", share: 1 } as const;
  const applied = async (objects: readonly KubernetesObject[]) => {
    const cluster = memoryCluster("alpha", virtualClock());
    const former = session(cluster, 1);
    await former.apply([space, deployment("user-a", "a", 7), deployment("worker-a", undefined, 5)], signal);
    await former.settle(signal);
    const read: string[] = [];
    const watched: Cluster = {
      ...cluster,
      get: (ref, ended) => {
        if (ref.kind === "Deployment") read.push(ref.name);
        return cluster.get(ref, ended);
      },
    };
    await session(watched, 2).apply(objects, signal, { beside });
    const replicas = (name: string) =>
      cluster
        .objects("user")
        .filter(isDeployment)
        .find(({ metadata }) => metadata.name === name)?.spec?.replicas;
    return { replicas, read };
  };

  it("begins with as many as run there, one that a team brought itself does not, whatever its name", async () => {
    const { replicas } = await applied([
      deployment("user-b", "b"),
      deployment("worker-b", undefined),
      scaler("user-b"),
      scaler("worker-b"),
    ]);
    assert.deepEqual([replicas("user-b"), replicas("worker-b")], [7, 2]);
  });

  it("leaves the number to an autoscaler that writes before we have let go of it", async () => {
    const cluster = memoryCluster("alpha", virtualClock());
    const scaled: Cluster = {
      ...cluster,
      async apply(object, options, ended) {
        const stored = await cluster.apply(object, options, ended);
        if (isDeployment(stored) && stored.metadata.generation === 1) {
          cluster.updateAs("kube-controller-manager", { ...stored, spec: { ...stored.spec, replicas: 5 } });
        }
        return stored;
      },
    };
    await session(scaled, 1).apply([space, deployment("user-a", "a"), scaler("user-a")], signal);
    const [stored] = cluster.objects("user").filter(isDeployment);
    assert.equal(stored?.spec?.replicas, 5);
  });

  it("looks there only when the number is not its own", async () => {
    assert.deepEqual((await applied([deployment("user-b", "b", 3)])).read, ["user-b"]);
  });
});
