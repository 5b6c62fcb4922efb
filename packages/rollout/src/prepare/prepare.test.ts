import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placeInSlot } from "@fairway/manifests";
import { isDeployment, type KubernetesObject, type Pod } from "@fairway/objects";
import { openSession } from "../cluster/session.ts";
import { type Plan, plan } from "../plan/plan.ts";
import { type Cluster, ClusterError, type Images, type Slot, type StoredRelease } from "../ports.ts";
import { type MemoryCluster, memoryCluster } from "../testing/memory-cluster.ts";
import { virtualClock } from "../testing/virtual-clock.ts";
import { prepareCluster } from "./prepare.ts";

const labels = {
  "app.kubernetes.io/managed-by": "fairway",
  "fairway.dev/service": "user",
  "fairway.dev/environment": "prod",
};
const inside = (name: string) => ({ name, namespace: "user", labels });
const { signal } = new AbortController();
const tenure = { epoch: 1, prove: async () => {}, confirm: async () => {}, lost: () => false };

interface Wanted {
  readonly replicas?: number;
  readonly selector?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly extra?: readonly KubernetesObject[];
}

function objectsOf({ replicas = 2, selector = "user", env = [], extra = [] }: Wanted): readonly KubernetesObject[] {
  const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } };
  const containers = [{ name: "app", image: "registry.example.com/user@sha256:1", resources, env }];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "user", labels } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: inside("user") },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: inside("user"),
      spec: {
        replicas,
        selector: { matchLabels: { "fairway.dev/service": selector } },
        template: { metadata: { labels }, spec: { serviceAccountName: "user", containers } },
      },
    },
    ...extra,
  ];
}

function planOf(wanted: Wanted, former?: Wanted, slot: Slot = "a"): Plan {
  const side = (name: string, of: Wanted, where: Slot) => {
    const objects = { alpha: objectsOf(of) };
    const release: StoredRelease = { name, service: "user", environment: "prod", namespace: "user", objects };
    return { active: { release: name, slot: where }, release };
  };
  return plan(
    { number: 7, service: "user", environment: "prod", strategy: "rolling", kind: "deploy" },
    former === undefined ? undefined : side("one", former, "a"),
    side("two", wanted, slot),
    ["alpha"],
    { place: placeInSlot, kept: [], namespace: "user" },
  );
}

interface World {
  readonly cluster: MemoryCluster;
  /** `severity code: message` of each finding; what is stored is the same afterwards. */
  found(of: Plan, more?: { readonly over?: Partial<Cluster>; readonly images?: Images }): Promise<readonly string[]>;
}

/** A cluster in which this was deployed. */
async function world(deployed?: Wanted): Promise<World> {
  const clock = virtualClock();
  const cluster = memoryCluster("alpha", clock);
  const identity = { service: "user", environment: "prod", namespace: "user" };
  if (deployed !== undefined) {
    const session = openSession({ cluster, identity, tenure, clock, kinds: [], deletion: 1_000, log: () => undefined });
    await session.apply(planOf(deployed).clusters["alpha"]?.desired ?? [], signal);
    await session.settle(signal);
    await clock.run(
      () => cluster.objects("user").filter(({ kind }) => kind === "Pod").length === (deployed.replicas ?? 2),
    );
  }
  return {
    cluster,
    async found(of, { over = {}, images = { missing: async () => [] } } = {}) {
      const before = JSON.stringify(cluster.objects());
      const options = { clock, reach: 0, pause: 100, images, secrets: false };
      const findings = await prepareCluster({ ...cluster, ...over }, of, tenure, options, signal);
      assert.equal(JSON.stringify(cluster.objects()), before, "nothing was changed");
      return findings.map(({ severity = "refusal", code, message }) => `${severity} ${code}: ${message}`);
    },
  };
}

const fails = (code: ClusterError["code"], message: string) => async (): Promise<never> => {
  throw new ClusterError(code, "alpha", message);
};
const foreign = (kind: string, spec: object): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "theirs", namespace: "user" },
  spec,
});

describe("prepare tries a pod of each workload", () => {
  it("and says which webhook or policy refuses it, though the workload itself passes", async () => {
    const { found } = await world({});
    const denied = 'admission webhook "pods.example.com" denied the request: no latest tags';
    assert.deepEqual(await found(planOf({}, {}), { over: { create: fails("denied", denied) } }), [
      `refusal WebhookDenied: the webhook pods.example.com of the cluster refuses a pod of Deployment/user-a: ${denied}`,
    ]);
    const violates = 'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true';
    assert.match(
      (await found(planOf({}, {}), { over: { create: fails("denied", violates) } })).join(),
      /PolicyDenied: .*runAsNonRoot/,
    );
  });

  it("and minds neither a missing right for that, nor a webhook that cannot try, nor bounds as they are now", async () => {
    const { found } = await world({});
    for (const create of [
      fails("forbidden", 'pods is forbidden: User "u" cannot create resource "pods"'),
      fails("no-dry-run", 'admission webhook "x" does not support dry run'),
      fails("denied", 'pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi'),
      fails(
        "quota-exceeded",
        'pods "x" is forbidden: exceeded quota: user, requested: pods=1, used: pods=2, limited: pods=2',
      ),
    ])
      assert.deepEqual(await found(planOf({}, {}), { over: { create } }), []);
    // The same of an object: it is skipped, the others are tried.
    const apply = fails("no-dry-run", 'admission webhook "x" does not support dry run');
    assert.deepEqual(await found(planOf({}, {}), { over: { apply } }), []);
  });

  it("unless the workload itself is not valid, which says the same", async () => {
    const { found } = await world({});
    const invalid = fails("invalid", "spec.template.spec.containers[0].image: Required value");
    const apply: Cluster["apply"] = async (object) => (object.kind === "Deployment" ? invalid() : object);
    const said = await found(planOf({}, {}), { over: { apply, create: invalid } });
    assert.deepEqual(
      said.map((one) => /InvalidObject: .* refuses (\S+):/.exec(one)?.[1]),
      ["Deployment/user-a"],
    );
  });

  it("as its controller would make it; elsewhere and without its account while those are not there", async () => {
    const made: Pod[] = [];
    const create = async (pod: KubernetesObject) => {
      if (pod.kind === "Pod") made.push({ ...pod, apiVersion: "v1", kind: "Pod" });
      return pod;
    };
    const before = await world();
    await before.found(planOf({}), { over: { create } });
    const after = await world({});
    await after.found(planOf({}, {}), { over: { create } });
    assert.deepEqual(
      made.map(({ metadata, spec }) => [
        metadata.namespace,
        metadata.name,
        metadata.ownerReferences?.[0]?.kind,
        spec?.serviceAccountName,
      ]),
      [
        ["default", "try-user-a-dry-run", "ReplicaSet", undefined],
        ["user", "user-a-dry-run", "ReplicaSet", "user"],
      ],
    );
    assert.equal(made[1]?.metadata.labels?.["fairway.dev/slot"], "a");
    const denied = fails("denied", 'admission webhook "pods.example.com" denied the request: not in default');
    assert.deepEqual(await before.found(planOf({}), { over: { create: denied } }), [], "rules of another namespace");
    const invalid = fails("invalid", "spec.containers[0].ports[0].containerPort: Invalid value: 0");
    assert.match(
      (await before.found(planOf({}), { over: { create: invalid } })).join(),
      /InvalidObject: .* a pod of Deployment\/user-a/,
    );
  });
});

it("prepare tries a migration too, and nothing in a cluster that the service leaves", async () => {
  const { found } = await world({});
  const template = {
    spec: { restartPolicy: "Never", containers: [{ name: "app", image: "registry.example.com/m@sha256:2" }] },
  };
  const job = { apiVersion: "batch/v1", kind: "Job", metadata: inside("user-migrate-7"), spec: { template } };
  const migrating = { ...planOf({}, {}), migration: { cluster: "alpha", job } };
  const tried: string[] = [];
  const asked: string[] = [];
  const create = async (pod: KubernetesObject) => {
    tried.push(`${pod.metadata.ownerReferences?.[0]?.kind} ${pod.metadata.name}`);
    return pod;
  };
  const images: Images = {
    async missing(references) {
      asked.push(...references);
      return [];
    },
  };
  assert.deepEqual(await found(migrating, { over: { create }, images }), []);
  assert.deepEqual(tried, ["ReplicaSet user-a-dry-run", "Job user-migrate-7-dry-run"]);
  assert.ok(asked.includes("registry.example.com/m@sha256:2"));

  const { clusters } = planOf({}, {});
  const alpha = clusters["alpha"];
  assert.ok(alpha);
  const left = { ...planOf({}, {}), clusters: { alpha: { ...alpha, desired: [], app: [], leaving: true } } };
  assert.deepEqual(await found(left), []);
});

describe("prepare asks about rights", () => {
  it("of this rollout's kinds only, and tells those that are missing together", async () => {
    const { found } = await world();
    const asked: unknown[] = [];
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: inside("reader") };
    const check: Cluster["check"] = async (_, kinds = []) => {
      asked.push(...new Set(kinds.map(({ kind }) => kind)));
      return { version: "1.36", missingPermissions: ["create roles", "patch deployments.apps"] };
    };
    assert.deepEqual(await found(planOf({ extra: [role] }), { over: { check } }), [
      "refusal PermissionMissing: cluster alpha does not let us create roles, patch deployments.apps",
    ]);
    assert.deepEqual(asked.toSorted(), ["Deployment", "Namespace", "Role", "ServiceAccount"]);
  });
});

describe("prepare asks about room", () => {
  it("in quotas of others, with what others use there", async () => {
    const { cluster, found } = await world({});
    cluster.applyAs("kubectl", foreign("ResourceQuota", { hard: { pods: "3" } }));
    assert.deepEqual(await found(planOf({}, {})), []);
    cluster.applyAs("kubectl", {
      ...foreign("Pod", { containers: [] }),
      metadata: { name: "debug", namespace: "user" },
    });
    assert.match(
      (await found(planOf({}, {}))).join(),
      /^refusal QuotaTooSmall: .*others use 1, and the quota theirs is 3$/,
    );
  });

  it("for a second set of pods, where the release comes up beside the former one", async () => {
    const { cluster, found } = await world({ replicas: 3 });
    cluster.applyAs("kubectl", foreign("ResourceQuota", { hard: { pods: "5" } }));
    assert.deepEqual(await found(planOf({ replicas: 2 }, { replicas: 3 }, "b")), []);
    assert.match(
      (await found(planOf({ replicas: 3 }, { replicas: 3 }, "b"))).join(),
      /3 replicas, and 3 of the former release while they are replaced, need 6 pods/,
    );
  });

  it("within bounds as they will be: those that the release brings, and those of others", async () => {
    const range = (memory: string) => ({
      ...foreign("LimitRange", { limits: [{ type: "Container", max: { memory } }] }),
      metadata: inside("user"),
    });
    const { cluster, found } = await world({ extra: [range("64Mi")] });
    assert.deepEqual(await found(planOf({ extra: [range("128Mi")] }, {})), []);
    assert.match(
      (await found(planOf({ extra: [range("100Mi")] }, {}))).join(),
      /^refusal LimitRangeViolated: .*128Mi .*100Mi/,
    );
    cluster.applyAs("kubectl", foreign("LimitRange", { limits: [{ type: "Pod", max: { memory: "64Mi" } }] }));
    assert.match((await found(planOf({ extra: [range("128Mi")] }, {}))).join(), /LimitRange theirs/);
  });

  it("on nodes, and says nothing where it may not look at them or nothing runs yet", async () => {
    const { cluster, found } = await world();
    const status = { allocatable: { cpu: "50m", memory: "1Gi", pods: "10" } };
    cluster.applyAs("kubelet", { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
    cluster.updateAs("kubelet", { apiVersion: "v1", kind: "Node", metadata: { name: "n1" }, status });
    assert.match(
      (await found(planOf({}))).join(),
      /^refusal Unschedulable: no node could ever take a pod of Deployment\/user-a/,
    );
    for (const nodes of [async () => undefined, fails("forbidden", "no"), fails("unknown", "no")])
      assert.deepEqual(await found(planOf({}), { over: { nodes } }), []);
  });
});

describe("prepare's words", () => {
  it("say who owns a field, since when and how, what is there and what the release has", async () => {
    const { cluster, found } = await world({});
    const [live] = cluster.objects("user").filter(isDeployment);
    assert.ok(live?.spec);
    cluster.updateAs("kubectl-scale", { ...live, spec: { ...live.spec, replicas: 7 } });
    const [scaled] = cluster.objects("user").filter(isDeployment);
    const time = "2026-01-01T00:00:00Z";
    const entries = (scaled?.metadata.managedFields ?? []).map((one) => ({ ...one, subresource: "scale", time }));
    const get: Cluster["get"] = async (ref) => {
      const object = await cluster.get(ref);
      return ref.kind !== "Deployment" || object === undefined
        ? object
        : { ...object, metadata: { ...object.metadata, managedFields: entries } };
    };
    assert.deepEqual(await found(planOf({ replicas: 4 }, {}), { over: { get } }), [
      `refusal FieldConflict: Deployment/user-a has a field that kubectl-scale owns: .spec.replicas (owned by kubectl-scale, by scale at ${time}): 7, the release has 4`,
    ]);
  });

  it("say what an immutable field is and would be", async () => {
    const { found } = await world({});
    assert.deepEqual(await found(planOf({ selector: "other" }, {})), [
      'refusal ImmutableField: Deployment/user-a would change a field that cannot be changed: .spec.selector.matchLabels["fairway.dev/service"]: "user", the release has "other": field is immutable',
    ]);
  });

  it("never repeat a secret, nor the value of a variable, whoever says it", async () => {
    const env = [
      { name: "DB_PASSWORD", value: "hunter2" },
      { name: "GREETING", value: "hello to you" },
    ];
    const { cluster, found } = await world({ env });
    const said = (
      await found(planOf({ env }, {}), {
        over: {
          create: fails("denied", 'admission webhook "x" denied the request: hunter2 and "hello to you" are bad'),
        },
      })
    ).join();
    assert.match(said, /\(hidden\) and "\(hidden\)" are bad/);
    const quoting = fails("denied", 'admission webhook "x" denied the request: hunter2 is bad');
    const object = (await found(planOf({ env }, {}), { over: { apply: quoting } })).join();
    assert.match(object, /WebhookDenied: .* Deployment\/user-a: .*\(hidden\) is bad/);
    assert.doesNotMatch(object, /hunter2/);
    const dump =
      'Invalid value: core.PodTemplateSpec{Env:[]core.EnvVar{{Name:"A", Value:"hunter2"}}}: field is immutable';
    const fields = [{ field: "spec.template", message: dump }];
    const apply = async (): Promise<never> => {
      throw new ClusterError("invalid", "alpha", dump, { fields });
    };
    const refused = (await found(planOf({ env }, {}), { over: { apply } })).join();
    assert.match(refused, /ImmutableField: Deployment\/user-a .*field is immutable/);
    assert.doesNotMatch(refused, /hunter2|hello|PodTemplateSpec/);

    const [live] = cluster.objects("user").filter(isDeployment);
    assert.ok(live);
    cluster.updateAs("kubectl", JSON.parse(JSON.stringify(live).replace("hello to you", "bye")));
    const conflict = (await found(planOf({ env }, {}))).join();
    assert.match(conflict, /FieldConflict/);
    assert.doesNotMatch(conflict, /hunter2|hello|bye/);
  });
});

it("prepare tells images that are not there, and those of which nobody could say", async () => {
  const { found } = await world();
  const reference = "registry.example.com/user@sha256:1";
  const asked: unknown[] = [];
  const images = (state: "absent" | "unknown"): Images => ({
    async missing(references, place) {
      asked.push(references, place);
      return [{ reference, state, ...(state === "unknown" ? { reason: "it does not answer" } : {}) }];
    },
  });
  assert.deepEqual(await found(planOf({}), { images: images("absent") }), [
    `refusal ImageNotFound: there is no image ${reference}, which Deployment/user-a runs`,
  ]);
  assert.match(
    (await found(planOf({}), { images: images("unknown") })).join(),
    /^warning ImageUnknown: .*it does not answer$/,
  );
  assert.deepEqual(asked.slice(0, 2), [[reference], { environment: "prod", cluster: "alpha", service: "user" }]);
});
