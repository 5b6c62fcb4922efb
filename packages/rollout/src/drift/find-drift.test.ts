import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placeInSlot } from "@fairway/manifests";
import { isDeployment, type KubernetesObject, keyOf } from "@fairway/objects";
import { withKeptFields } from "../cluster/kept-fields.ts";
import { openSession } from "../cluster/session.ts";
import { plan } from "../plan/plan.ts";
import type { Cluster } from "../ports.ts";
import { type MemoryCluster, memoryCluster } from "../testing/memory-cluster.ts";
import { type VirtualClock, virtualClock } from "../testing/virtual-clock.ts";
import type { ClusterDrift } from "./cluster-drift.ts";
import { type DriftMemory, findDrift } from "./find-drift.ts";

const labels = {
  "app.kubernetes.io/managed-by": "fairway",
  "fairway.dev/service": "user",
  "fairway.dev/environment": "prod",
};
const inside = (name: string) => ({ name, namespace: "user", labels });
const identity = { service: "user", environment: "prod", namespace: "user" };
const { signal } = new AbortController();

interface Wanted {
  readonly kept?: readonly string[];
  readonly scaled?: boolean;
}

function objectsOf({ kept = [], scaled = false }: Wanted): readonly KubernetesObject[] {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "user" };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "user", labels } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: inside("settings"),
      data: { LEVEL: "info", API_TOKEN: "s3cret-value" },
    },
    withKeptFields(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: inside("user"),
        spec: {
          ...(scaled ? {} : { replicas: 2 }),
          selector: { matchLabels: { "fairway.dev/service": "user" } },
          template: { metadata: { labels }, spec: { containers: [{ name: "app", image: "app:1" }] } },
        },
      },
      kept,
    ),
    ...(scaled
      ? [
          {
            apiVersion: "autoscaling/v2",
            kind: "HorizontalPodAutoscaler",
            metadata: inside("user"),
            spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 5 },
          },
        ]
      : []),
  ];
}

interface World {
  readonly cluster: MemoryCluster;
  readonly clock: VirtualClock;
  /** Each change in one line. */
  drift(wanted?: Wanted): Promise<readonly string[]>;
  found(wanted?: Wanted, through?: Cluster, memory?: DriftMemory): Promise<ClusterDrift>;
  /** Applies the release once more, over what others have done. */
  repair(wanted?: Wanted): Promise<void>;
  live(name: string): KubernetesObject;
  edit(name: string, change: (object: KubernetesObject) => object): void;
}

async function world(deployed: Wanted = {}): Promise<World> {
  const clock = virtualClock();
  const cluster = memoryCluster("alpha", clock);
  const tenure = { epoch: 1, prove: async () => {}, confirm: async () => {}, lost: () => false };
  const desired = (wanted: Wanted) => {
    const release = {
      name: "one",
      service: "user",
      environment: "prod",
      namespace: "user",
      objects: { alpha: objectsOf(wanted) },
    };
    const header = { number: 7, service: "user", environment: "prod", strategy: "rolling", kind: "deploy" } as const;
    const side = { active: { release: "one", slot: "a" }, release } as const;
    return (
      plan(header, undefined, side, ["alpha"], { place: placeInSlot, kept: [], namespace: "user" }).clusters["alpha"]
        ?.desired ?? []
    );
  };
  const session = (repairs: boolean) =>
    openSession({ cluster, identity, tenure, clock, kinds: [], deletion: 1_000, log: () => undefined, repairs });
  const first = session(false);
  await first.apply(desired(deployed), signal);
  await first.settle(signal);
  const self: World = {
    cluster,
    clock,
    found: (wanted = deployed, through = cluster, memory = new Map()) =>
      findDrift(through, identity, desired(wanted), { clock, reach: 5_000, memory }, signal),
    async drift(wanted) {
      const { objects, problems, compared } = await self.found(wanted);
      assert.ok(compared);
      return [
        ...objects.flatMap(({ kind, name, change, fields, manager }) => [
          ...(change === "changed"
            ? []
            : [`${kind}/${name} ${change}${manager === undefined ? "" : ` by ${manager}`}`]),
          ...fields.map((one) => {
            const sides = `${JSON.stringify(one.wanted)} -> ${JSON.stringify(one.live)}`;
            return `${kind}/${name} ${one.path} ${one.kept ? "kept" : one.change} ${sides} by ${one.manager ?? "?"}`;
          }),
        ]),
        ...problems,
      ];
    },
    async repair(wanted = deployed) {
      const again = session(true);
      const objects = desired(wanted);
      await again.apply(objects, signal, { fields: "repair" });
      let pruned = false;
      const pruning = again.prune(new Set(objects.map(keyOf)), signal).finally(() => {
        pruned = true;
      });
      await clock.run(() => pruned);
      await pruning;
      await again.settle(signal);
    },
    live(name) {
      const found = cluster.objects().find(({ kind, metadata }) => `${kind}/${metadata.name}` === name);
      assert.ok(found, name);
      return found;
    },
    edit(name, change) {
      const live = self.live(name);
      cluster.updateAs("kubectl-edit", { ...live, ...change(live) });
    },
  };
  return self;
}

const scaledTo = (replicas: number) => (live: KubernetesObject) => ({
  spec: { ...(isDeployment(live) ? live.spec : {}), replicas },
});

const withImage =
  (image: string, more: object = {}) =>
  (live: KubernetesObject) => ({
    spec: {
      ...(isDeployment(live) ? live.spec : {}),
      template: { metadata: { labels }, spec: { containers: [{ name: "app", image, ...more }] } },
    },
  });

describe("drift", () => {
  it("is none after a rollout, whatever the API and controllers fill in", async () => {
    const { drift, clock } = await world();
    await clock.advance(5_000);
    assert.deepEqual(await drift(), []);
  });

  it("names the field, both values and who has set it", async () => {
    const { drift, edit } = await world();
    edit("Deployment/user-a", scaledTo(5));
    assert.deepEqual(await drift(), ["Deployment/user-a .spec.replicas changed 2 -> 5 by kubectl-edit"]);
  });

  it("knows what was added and what is gone", async () => {
    const { drift, edit } = await world();
    edit("ConfigMap/settings", () => ({ data: { API_TOKEN: "s3cret-value", DEBUG: "1" } }));
    assert.deepEqual(await drift(), [
      'ConfigMap/settings .data.LEVEL removed "info" -> undefined by ?',
      'ConfigMap/settings .data.DEBUG added undefined -> "1" by kubectl-edit',
    ]);
  });

  it("shows no secret, not even one that somebody has put there", async () => {
    const { found, edit } = await world();
    edit("ConfigMap/settings", () => ({ data: { LEVEL: "info", API_TOKEN: "another-one" } }));
    const told = JSON.stringify(await found());
    assert.match(told, /API_TOKEN/);
    assert.match(told, /\(hidden\)/);
    assert.doesNotMatch(told, /another-one|s3cret-value/);
  });

  it("tells of objects that are gone, made anew, disowned or too many", async () => {
    const { cluster, drift, live } = await world();
    const settings = live("ConfigMap/settings");
    await cluster.delete(
      live("ConfigMap/settings") && { apiVersion: "v1", kind: "ConfigMap", namespace: "user", name: "settings" },
      {},
    );
    assert.deepEqual(await drift(), ["ConfigMap/settings deleted"]);
    const { uid: _, resourceVersion: __, managedFields: ___, ...metadata } = settings.metadata;
    cluster.updateAs("kubectl-create", { ...settings, metadata });
    cluster.updateAs("kubectl-create", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: inside("copy"),
      data: { A: "1" },
    });
    assert.deepEqual(await drift(), [
      "ConfigMap/settings replaced by kubectl-create",
      "ConfigMap/copy extra by kubectl-create",
    ]);
    cluster.updateAs("kubectl-label", { ...live("ConfigMap/settings"), metadata: { ...metadata, labels: {} } });
    assert.ok((await drift()).includes("ConfigMap/settings foreign"));
  });

  it("is not what an autoscaler decides, be it ours or not", async () => {
    const ours = await world({ scaled: true });
    ours.cluster.updateAs("kube-controller-manager", {
      ...ours.live("Deployment/user-a"),
      ...scaledTo(4)(ours.live("Deployment/user-a")),
    });
    assert.deepEqual(await ours.drift(), []);
    const theirs = await world();
    theirs.cluster.updateAs("kube-controller-manager", {
      ...theirs.live("Deployment/user-a"),
      ...scaledTo(4)(theirs.live("Deployment/user-a")),
    });
    assert.deepEqual(await theirs.drift(), []);
  });

  it("is no restart, and not what tools note about themselves", async () => {
    const { cluster, drift, live } = await world();
    const deployment = live("Deployment/user-a");
    const annotations = { ...deployment.metadata.annotations, "example.com/seen": "yes" };
    cluster.updateAs("watcher", { ...deployment, metadata: { ...deployment.metadata, annotations } });
    assert.deepEqual(await drift(), []);
  });

  it("asks again only about what has changed", async () => {
    const { cluster, edit, found } = await world();
    let tries = 0;
    const counting: Cluster = {
      ...cluster,
      apply(...all) {
        tries += 1;
        return cluster.apply(...all);
      },
    };
    const memory: DriftMemory = new Map();
    await found(undefined, counting, memory);
    const first = tries;
    assert.ok(first >= 3);
    await found(undefined, counting, memory);
    assert.equal(tries, first);
    edit("Deployment/user-a", scaledTo(3));
    const { objects } = await found(undefined, counting, memory);
    assert.equal(tries, first + 1);
    assert.equal(objects.length, 1);
  });

  it("is told from a cluster that was put back to an earlier state", async () => {
    const { cluster, clock, found } = await world();
    assert.equal((await found()).putBackTo, undefined);
    const asOf = (epoch: number) => findDrift(cluster, identity, [], { clock, reach: 5_000, epoch }, signal);
    assert.equal((await asOf(1)).putBackTo, undefined);
    assert.equal((await asOf(2)).putBackTo, 1);
  });

  it("is not known of a cluster that does not answer", async () => {
    const { cluster, found } = await world();
    cluster.cut();
    const { compared, problems } = await found();
    assert.equal(compared, false);
    assert.deepEqual(problems, ["cluster alpha cannot be reached"]);
  });
});

describe("a repair", () => {
  it("takes fields back, takes additions away, makes anew what is gone, deletes what is too much", async () => {
    const { cluster, drift, edit, repair } = await world();
    edit("Deployment/user-a", scaledTo(5));
    edit("Deployment/user-a", withImage("app:hacked", { env: [{ name: "DEBUG", value: "1" }] }));
    edit("ConfigMap/settings", () => ({ data: { DEBUG: "1" } }));
    cluster.updateAs("kubectl-create", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: inside("copy"),
      data: { A: "1" },
    });
    assert.equal((await drift()).length, 8);
    await repair();
    assert.deepEqual(await drift(), []);
  });

  it("leaves alone what was left to others", async () => {
    const { drift, edit, live, repair } = await world();
    edit("Deployment/user-a", scaledTo(5));
    edit("Deployment/user-a", withImage("app:hacked"));
    const kept = { kept: [".spec.replicas"] };
    await repair(kept);
    assert.deepEqual(await drift(kept), ["Deployment/user-a .spec.replicas kept 2 -> 5 by kubectl-edit"]);
    assert.equal(Object.entries(live("Deployment/user-a")["spec"] ?? {}).find(([key]) => key === "replicas")?.[1], 5);
  });

  it("makes a whole object where one with such a field is gone", async () => {
    const { cluster, drift, live, repair } = await world({ kept: [".spec.replicas"] });
    await cluster.delete({ apiVersion: "apps/v1", kind: "Deployment", namespace: "user", name: "user-a" }, {});
    await repair();
    const deployment = live("Deployment/user-a");
    assert.equal(isDeployment(deployment) ? deployment.spec?.replicas : 0, 2);
    assert.deepEqual(await drift(), []);
  });
});
