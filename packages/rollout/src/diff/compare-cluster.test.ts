import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placeInSlot } from "@fairway/manifests";
import { type KubernetesObject, keyOf, refOf, type Secret } from "@fairway/objects";
import { openSession } from "../cluster/session.ts";
import { type Plan, plan } from "../plan/plan.ts";
import { type Cluster, ClusterError, type StoredRelease } from "../ports.ts";
import { interceptCluster } from "../testing/intercept.ts";
import { type MemoryCluster, memoryCluster } from "../testing/memory-cluster.ts";
import { type VirtualClock, virtualClock } from "../testing/virtual-clock.ts";
import type { ClusterDiff } from "./cluster-diff.ts";
import { compareCluster } from "./compare-cluster.ts";

const labels = {
  "app.kubernetes.io/managed-by": "fairway",
  "fairway.dev/service": "user",
  "fairway.dev/environment": "prod",
};
const inside = (name: string) => ({ name, namespace: "user", labels });
const { signal } = new AbortController();

interface Wanted {
  readonly env?: Readonly<Record<string, string>>;
  readonly hash?: string;
  readonly replicas?: number;
  readonly memory?: string;
  readonly hosts?: readonly string[];
  readonly selector?: string;
  readonly extra?: readonly KubernetesObject[];
}

function objectsOf(wanted: Wanted): readonly KubernetesObject[] {
  const variables = `user-${wanted.hash ?? "0000000000"}`;
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "user", labels } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: inside(variables), immutable: true, data: wanted.env ?? {} },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: inside("user"),
      spec: {
        replicas: wanted.replicas ?? 2,
        selector: { matchLabels: { "fairway.dev/service": wanted.selector ?? "user" } },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "app",
                image: "app:1",
                envFrom: [{ configMapRef: { name: variables } }],
                resources: { limits: { memory: wanted.memory ?? "512Mi" } },
              },
            ],
          },
        },
      },
    },
    ...(wanted.hosts ?? []).map((host) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: inside(`to-${host}`),
      spec: { rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix" }] } }] },
    })),
    ...(wanted.extra ?? []),
  ];
}

/** A plan from one release to another; `former` undefined: the service was never deployed. */
function planOf(former: Wanted | undefined, wanted: Wanted, name = "two"): Plan {
  const side = (release: string, of: Wanted) => {
    const objects = { alpha: objectsOf(of) };
    const stored: StoredRelease = { name: release, service: "user", environment: "prod", namespace: "user", objects };
    return { active: { release, slot: "a" as const }, release: stored };
  };
  return plan(
    { number: 0, service: "user", environment: "prod", strategy: "rolling", kind: "deploy" },
    former === undefined ? undefined : side("one", former),
    side(name, wanted),
    ["alpha"],
    { place: placeInSlot, kept: [], namespace: "user" },
  );
}

interface World {
  readonly cluster: MemoryCluster;
  readonly clock: VirtualClock;
  compare(of: Plan, more?: { readonly secrets?: readonly Secret[]; readonly cluster?: Cluster }): Promise<ClusterDiff>;
}

/** A cluster in which this was deployed. */
async function world(deployed?: Wanted, secrets: readonly Secret[] = []): Promise<World> {
  const clock = virtualClock();
  const cluster = memoryCluster("alpha", clock);
  if (deployed !== undefined) {
    const session = openSession({
      cluster,
      identity: { service: "user", environment: "prod", namespace: "user" },
      tenure: { epoch: 1, prove: async () => {}, confirm: async () => {}, lost: () => false },
      clock,
      kinds: [],
      deletion: 1_000,
      log: () => undefined,
    });
    const { desired = [], keep = new Set<string>() } = planOf(undefined, deployed, "one").clusters["alpha"] ?? {};
    await session.apply([...desired, ...secrets], signal);
    await session.prune(new Set([...keep, ...secrets.map(keyOf)]), signal);
    await session.settle(signal);
  }
  return {
    cluster,
    clock,
    compare: (of, more = {}) =>
      compareCluster(
        more.cluster ?? cluster,
        of,
        { clock, reach: 5_000, secrets: async () => more.secrets ?? [] },
        signal,
      ),
  };
}

const marks = { created: "+", changed: "~", removed: "-", added: "+" };

/** What a person would read. */
function told({ objects, problems }: ClusterDiff): readonly string[] {
  return [
    ...objects.flatMap((object) => [
      `${marks[object.change]} ${object.kind} ${object.name}${object.insteadOf === undefined ? "" : ` for ${object.insteadOf}`}`,
      ...object.fields.map(
        ({ path, change, from, to }) => `  ${marks[change]} ${path} ${JSON.stringify(from)} -> ${JSON.stringify(to)}`,
      ),
      ...object.risks.map(({ code, why }) => `  ! ${code}: ${why}`),
    ]),
    ...problems.map(({ code, object }) => `? ${code}${object === undefined ? "" : ` ${object}`}`),
  ];
}

describe("what a deploy would change", () => {
  it("is nothing right after an apply, whatever rollouts and others have written", async () => {
    const { cluster, compare } = await world({ env: { LEVEL: "info" } });
    const [live] = cluster.objects("user").filter(({ kind }) => kind === "Deployment");
    assert.ok(live);
    cluster.updateAs("webhook", {
      ...live,
      metadata: {
        ...live.metadata,
        annotations: { ...live.metadata.annotations, "sidecar.example.com/injected": "yes" },
      },
      status: { replicas: 2 },
    });
    const diff = await compare(planOf({ env: { LEVEL: "info" } }, { env: { LEVEL: "info" } }, "one"));
    assert.deepEqual(told(diff), []);
    assert.deepEqual([diff.compared, diff.unchanged], [true, 3]);
  });

  const cases: readonly (readonly [
    title: string,
    before: Wanted | undefined,
    after: Wanted,
    lines: readonly string[],
  ])[] = [
    [
      "everything, where the service was never deployed",
      undefined,
      {},
      ["+ Namespace user", "+ ConfigMap user-0000000000", "+ Deployment user-a"],
    ],
    [
      "a variable: the new ConfigMap against the one whose place it takes, and nothing of its name",
      { env: { LEVEL: "info", OLD: "x" }, hash: "aaaaaaaaaa" },
      { env: { LEVEL: "debug", NEW: "y" }, hash: "bbbbbbbbbb" },
      [
        "~ ConfigMap user-bbbbbbbbbb for user-aaaaaaaaaa",
        '  ~ .data.LEVEL "info" -> "debug"',
        '  - .data.OLD "x" -> undefined',
        '  + .data.NEW undefined -> "y"',
        "~ Deployment user-a",
        "  ! restart: its pods belong to another release",
      ],
    ],
    [
      "less of something",
      { replicas: 3, memory: "1Gi" },
      { replicas: 1, memory: "900Mi" },
      [
        "~ Deployment user-a",
        "  ~ .spec.replicas 3 -> 1",
        '  ~ .spec.template.spec.containers[name="app"].resources.limits.memory "1Gi" -> "900Mi"',
        "  ! restart: its pods are made by another template",
        "  ! shrink: replicas 3 -> 1",
        "  ! shrink: memory limit 1Gi -> 900Mi",
      ],
    ],
    [
      "no restart where nothing runs",
      { replicas: 0 },
      { replicas: 2 },
      ["~ Deployment user-a", "  ~ .spec.replicas 0 -> 2"],
    ],
    [
      "a public host that goes with its object",
      { hosts: ["a.example.com", "b.example.com"] },
      { hosts: ["b.example.com"] },
      [
        "~ Deployment user-a",
        "  ! restart: its pods belong to another release",
        "- Ingress to-a.example.com",
        "  ! host-lost: a.example.com",
        "  ! removed: the new release does not have it",
      ],
    ],
    [
      "secrets only as such",
      { env: { DB_PASSWORD: "hunter2", URL: "pg://me:hunter2@db" }, hash: "aaaaaaaaaa" },
      { env: { DB_PASSWORD: "hunter3", URL: "pg://me:hunter3@db" }, hash: "bbbbbbbbbb" },
      [
        "~ ConfigMap user-bbbbbbbbbb for user-aaaaaaaaaa",
        '  ~ .data.DB_PASSWORD "(hidden)" -> "(hidden)"',
        '  ~ .data.URL "(hidden)" -> "(hidden)"',
        "~ Deployment user-a",
        "  ! restart: its pods belong to another release",
      ],
    ],
    [
      "a field that cannot be changed",
      {},
      { selector: "other" },
      [
        "~ Deployment user-a",
        '  ~ .spec.selector.matchLabels["fairway.dev/service"] "user" -> "other"',
        "  ! immutable: field is immutable",
        "  ! replace: only a new object can have it, and a deploy does not delete this one",
        "? ImmutableField Deployment/user-a",
      ],
    ],
  ];
  for (const [title, before, after, lines] of cases) {
    it(title, async () => {
      const { cluster, compare } = await world(before);
      const stored = JSON.stringify(cluster.objects());
      assert.deepEqual(told(await compare(planOf(before, after))), lines);
      assert.equal(JSON.stringify(cluster.objects()), stored, "nothing was changed");
    });
  }

  it("says who else owns a field, and what would be without him", async () => {
    const { cluster, compare } = await world({});
    const [live] = cluster.objects("user").filter(({ kind }) => kind === "Deployment");
    assert.ok(live);
    cluster.updateAs("kubectl-scale", { ...live, spec: { ...Object(live["spec"]), replicas: 7 } });
    const diff = await compare(planOf({}, { replicas: 4 }));
    assert.match(diff.problems[0]?.message ?? "", /kubectl-scale/);
    assert.deepEqual(told(diff), [
      "~ Deployment user-a",
      "  ~ .spec.replicas 7 -> 4",
      "  ! restart: its pods belong to another release",
      "  ! shrink: replicas 7 -> 4",
      "? FieldConflict Deployment/user-a",
    ]);
  });

  it("tells what prepare would find of pods and of room, and keeps warnings apart", async () => {
    const { cluster, compare } = await world({});
    const create: Cluster["create"] = async () => {
      throw new ClusterError("denied", "alpha", 'admission webhook "pods.example.com" denied the request: no');
    };
    const status = { allocatable: { cpu: "1", memory: "600Mi", pods: "9" } };
    cluster.updateAs("kubelet", { apiVersion: "v1", kind: "Node", metadata: { name: "n1" }, status });
    const { objects, problems } = await compare(planOf({}, { replicas: 3 }), { cluster: { ...cluster, create } });
    assert.equal(objects.length, 1);
    assert.deepEqual(
      problems.map(({ severity, code }) => [severity, code]),
      [
        [undefined, "WebhookDenied"],
        ["warning", "Unschedulable"],
      ],
    );
  });

  it("leaves objects of others alone, and goes on", async () => {
    const { cluster, compare } = await world({});
    const theirs = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "bot", namespace: "user" } };
    cluster.applyAs("kubectl", theirs);
    const extra = [{ ...theirs, metadata: inside("bot") }];
    const diff = await compare(planOf({}, { replicas: 5, extra }));
    assert.deepEqual(told(diff).slice(0, 2), ["~ Deployment user-a", "  ~ .spec.replicas 2 -> 5"]);
    assert.deepEqual(told(diff).at(-1), "? ForeignObject ServiceAccount/bot");
    const space = memoryCluster("alpha", virtualClock());
    space.applyAs("kubectl", { apiVersion: "v1", kind: "Namespace", metadata: { name: "user" } });
    assert.deepEqual(told(await compare(planOf({}, {}), { cluster: space })), ["? NamespaceForeign"]);
  });

  it("would delete nothing that is not ours any more", async () => {
    const [one, two, three] = ["a.example.com", "b.example.com", "c.example.com"];
    const { cluster, compare } = await world({ hosts: [one, two, three] });
    const ingress = (host: string) => objectsOf({ hosts: [host] }).at(-1) ?? assert.fail();
    // Taken over, and made anew under the same name.
    cluster.updateAs("kubectl", { ...ingress(one), metadata: { ...ingress(one).metadata, labels: {} } });
    await cluster.delete(refOf(ingress(two)), {});
    cluster.applyAs("kubectl", ingress(two));
    assert.deepEqual(told(await compare(planOf({ hosts: [one, two, three] }, {}, "one"))), [
      `- Ingress to-${three}`,
      `  ! host-lost: ${three}`,
      "  ! removed: the new release does not have it",
    ]);
  });

  it("reads no Secret, and knows by the inventory whether one comes or goes", async () => {
    const secret: Secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: inside("fairway-registry"),
      data: { x: "aHVu" },
    };
    const deaf = (cluster: Cluster) =>
      interceptCluster(cluster, {
        before: async (call) => {
          if (JSON.stringify(call).includes('"Secret"')) throw new Error("a Secret was asked for");
        },
      });
    const without = await world({});
    const more = { secrets: [secret], cluster: deaf(without.cluster) };
    assert.deepEqual(told(await without.compare(planOf({}, {}, "one"), more)), ["+ Secret fairway-registry"]);
    const asRelease = planOf({}, { extra: [secret] }, "one");
    assert.deepEqual(told(await without.compare(asRelease, { cluster: more.cluster })), ["+ Secret fairway-registry"]);
    const having = await world({}, [secret]);
    assert.deepEqual(told(await having.compare(asRelease, { cluster: deaf(having.cluster) })), []);
    const kept = await having.compare(planOf({}, {}, "one"), { ...more, cluster: deaf(having.cluster) });
    assert.deepEqual(told(kept), []);
    assert.deepEqual(told(await having.compare(planOf({}, {}, "one"), { cluster: deaf(having.cluster) })), [
      "- Secret fairway-registry",
      "  ! removed: the new release does not have it",
    ]);
  });

  it("asks a cluster about few of many objects at a time", async () => {
    const maps = (hash: string) => ({
      hash,
      extra: Array.from({ length: 25 }, (_, at): KubernetesObject => {
        return { apiVersion: "v1", kind: "ConfigMap", metadata: inside(`map-${at}-${hash}`), data: { hash } };
      }),
    });
    const [before, after] = [maps("0000000000"), maps("1111111111")];
    const { cluster, compare } = await world(before);
    let [open, most] = [0, 0];
    const watched = interceptCluster(cluster, {
      before: () => {
        open += 1;
        most = Math.max(most, open);
      },
      after: () => {
        open -= 1;
      },
    });
    const { objects } = await compare(planOf(before, after), { cluster: watched });
    assert.equal(objects.filter(({ insteadOf }) => insteadOf !== undefined).length, 26);
    const { objects: gone } = await compare(planOf({}, {}), { cluster: watched });
    assert.equal(gone.filter(({ change }) => change === "removed").length, 25);
    assert.ok(most > 1 && most <= 10, `${most} at a time`);
  });

  it("tells what it could not compare: a silent cluster, a missing right", async () => {
    const { cluster, clock, compare } = await world({});
    cluster.cut();
    const cut = await compare(planOf({}, {}));
    assert.deepEqual([cut.compared, ...told(cut)], [false, "? ClusterUnreachable"]);
    cluster.mend();
    const hanging = compare(planOf({}, {}), {
      cluster: {
        ...cluster,
        check: (until) => new Promise((_, reject) => until?.addEventListener("abort", () => reject(until.reason))),
      },
    });
    let ended: ClusterDiff | undefined;
    void hanging.then((diff) => (ended = diff));
    await clock.run(() => ended !== undefined);
    assert.match(ended?.problems[0]?.message ?? "", /no answer within 5 s/);
    const poor: Cluster = {
      ...cluster,
      check: async () => ({ version: "1.36", missingPermissions: ["patch deployments"] }),
      apply: async (object, options, until) => {
        if (object.kind === "Deployment") throw new ClusterError("forbidden", "alpha", "cannot patch resource");
        return cluster.apply(object, options, until);
      },
    };
    const partly = await compare(planOf({}, { replicas: 3 }), { cluster: poor });
    assert.deepEqual(
      [partly.compared, ...told(partly)],
      [
        true,
        "~ Deployment user-a",
        "  ~ .spec.replicas 2 -> 3",
        "? PermissionMissing",
        "? PermissionMissing Deployment/user-a",
      ],
    );
  });

  it("shows no secret that a refusal repeats", async () => {
    const { cluster, compare } = await world({});
    const angry: Cluster = {
      ...cluster,
      apply: async () => {
        throw new ClusterError("invalid", "alpha", "x", {
          fields: [{ field: ".data.TOKEN", message: 'Invalid value: "hunter2": too long' }],
        });
      },
    };
    const diff = await compare(planOf({}, { env: { TOKEN: "hunter2" }, hash: "bbbbbbbbbb" }), { cluster: angry });
    assert.match(JSON.stringify(diff.problems), /Invalid value: \\"\(hidden\)\\"/);
    assert.doesNotMatch(JSON.stringify(diff), /hunter2/);
  });
});
