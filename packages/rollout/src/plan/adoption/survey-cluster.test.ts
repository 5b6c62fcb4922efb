import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KubernetesObject, parseObject } from "@fairway/objects";
import { type Survey, surveyCluster } from "./survey-cluster.ts";

function object(kind: string, name: string, rest: Readonly<Record<string, unknown>> = {}, more = {}): KubernetesObject {
  const group: Readonly<Record<string, string>> = {
    ...{ Deployment: "apps/v1", ReplicaSet: "apps/v1", StatefulSet: "apps/v1", CronJob: "batch/v1" },
    ...{ HorizontalPodAutoscaler: "autoscaling/v2", PodDisruptionBudget: "policy/v1" },
    ...{ Ingress: "networking.k8s.io/v1", NetworkPolicy: "networking.k8s.io/v1" },
  };
  const space = kind === "Namespace" ? {} : { namespace: "old" };
  const metadata = { name, ...space, uid: `${kind}-${name}`, resourceVersion: "1", ...more };
  const parsed = parseObject({ apiVersion: group[kind] ?? "v1", kind, metadata, ...rest });
  assert.ok(parsed.ok);
  return parsed.object;
}

const owned = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: "apps/v1", kind, name, uid: `${kind}-${name}`, controller: true }],
});
const ready = { status: { conditions: [{ type: "Ready", status: "True" }] } };
const podSpec = {
  serviceAccountName: "shop",
  containers: [{ name: "app", envFrom: [{ configMapRef: { name: "settings" } }, { secretRef: { name: "keys" } }] }],
  volumes: [{ name: "disk", persistentVolumeClaim: { claimName: "disk" } }],
};
const template = (app: string, spec: object) => ({ metadata: { labels: { app } }, spec });

function workload(name: string, spec: object = podSpec): readonly KubernetesObject[] {
  return [
    object("Deployment", name, { spec: { selector: { matchLabels: { app: name } }, template: template(name, spec) } }),
    object("ReplicaSet", `${name}-1`, {}, owned("Deployment", name)),
    object("Pod", `${name}-1-x`, { spec, ...ready }, { ...owned("ReplicaSet", `${name}-1`), labels: { app: name } }),
  ];
}

const service = (name: string, spec: object = {}) =>
  object("Service", name, { spec: { selector: { app: "shop" }, ports: [{ name: "web", port: 80 }], ...spec } });
const ingress = (name: string, backend: string, port: object = { number: 80 }, host = "shop.test") =>
  object("Ingress", name, {
    spec: {
      rules: [{ host, http: { paths: [{ pathType: "Prefix", backend: { service: { name: backend, port } } }] } }],
    },
  });
const base = [...workload("shop"), service("shop"), object("Namespace", "old")];

function survey(
  objects: readonly KubernetesObject[],
  { namespace = "ours", more = [] as readonly KubernetesObject[], from = "shop", at = "old" } = {},
) {
  const place = (one: KubernetesObject) => ({ ...one, metadata: { ...one.metadata, namespace } });
  const own = [
    object("Deployment", "shop-a"),
    object("ServiceAccount", "shop"),
    object("NetworkPolicy", "shop"),
    object("Service", "shop", { spec: { type: "ClusterIP", ports: [{ name: "http", port: 80 }] } }),
    ...more,
  ].map(place);
  const asked: Survey = {
    ...{ cluster: "alpha", from: { namespace: at, service: from }, objects },
    ours: { service: "shop", namespace, objects: own },
  };
  const { adoption, findings } = surveyCluster(asked);
  const names = (of: readonly { readonly ref: { readonly kind: string; readonly name: string } }[] = []) =>
    of.map(({ ref }) => `${ref.kind}/${ref.name}`).toSorted();
  return {
    adoption,
    take: names(adoption?.take),
    remove: names(adoption?.remove),
    leave: (adoption?.leave ?? []).map((one) => one.object).toSorted(),
    withheld: (adoption?.withheld ?? [])
      .map((key) =>
        key
          .split("/")
          .filter((_, at, all) => at >= all.length - 3 && at !== all.length - 2)
          .join("/"),
      )
      .toSorted(),
    codes: findings.map(({ code }) => code),
    messages: findings.map(({ message }) => message),
  };
}

describe("the survey of an old service", () => {
  it("takes what is of it alone, and leaves what others use or nobody may read", () => {
    const found = survey([
      ...base,
      ...workload("worker", { containers: [{ name: "app", envFrom: [{ configMapRef: { name: "both" } }] }] }),
      object("ServiceAccount", "shop"),
      object("ConfigMap", "settings"),
      object("ConfigMap", "both"),
      object("HorizontalPodAutoscaler", "shop", {
        spec: { scaleTargetRef: { kind: "Deployment", name: "shop" }, maxReplicas: 3 },
      }),
      object("PodDisruptionBudget", "shop", { spec: { selector: { matchLabels: { app: "shop" } } } }),
      object("NetworkPolicy", "all", { spec: { podSelector: {} } }),
      ingress("shop", "shop"),
      ingress("other", "worker"),
      object("CronJob", "nightly"),
    ]);
    assert.deepEqual(found.codes, []);
    assert.deepEqual(found.take, []);
    assert.deepEqual(found.remove, [
      ...["ConfigMap/settings", "Deployment/shop", "HorizontalPodAutoscaler/shop", "Ingress/shop"],
      ...["PodDisruptionBudget/shop", "Service/shop", "ServiceAccount/shop"],
    ]);
    assert.deepEqual(found.leave, [
      ...["CronJob/nightly", "Deployment/worker", "Ingress/other", "PersistentVolumeClaim/disk", "Secret/keys"],
    ]);
    assert.equal(found.adoption?.claim, undefined);
  });

  it("takes over by the same name in the same namespace; what would hold for the old pods waits", () => {
    const found = survey([...base, object("ServiceAccount", "shop")], {
      namespace: "old",
      more: [ingress("shop", "shop"), object("CronJob", "nightly")],
    });
    assert.deepEqual(found.codes, []);
    assert.deepEqual([found.take, found.remove], [["ServiceAccount/shop"], ["Deployment/shop"]]);
    assert.deepEqual(found.withheld, ["CronJob/nightly", "NetworkPolicy/shop", "Service/shop", "ServiceAccount/shop"]);
    assert.equal(found.adoption?.claim?.ref.name, "old");
  });

  it("lets an Ingress of ours wait while the old one has its host", () => {
    const found = survey([...base, ingress("old", "shop")], { more: [ingress("shop", "shop")] });
    assert.deepEqual(found.withheld, ["Ingress/shop"]);
  });

  it("pairs ports by number, else by name, else the only ones there are", () => {
    const ports = (of: readonly object[]) => {
      const objects = base.map((one) => (one.kind === "Service" ? service("shop", { ports: of }) : one));
      const found = survey(objects);
      return found.codes.length > 0 ? found.messages : found.adoption?.ports.map(({ name, ours }) => `${name} ${ours}`);
    };
    assert.deepEqual(ports([{ name: "web", port: 80 }]), ["web http"]);
    assert.deepEqual(ports([{ port: 3000 }]), [" http"]);
    assert.deepEqual(
      ports([
        { name: "http", port: 3000 },
        { name: "web", port: 80 },
      ]),
      ["http http", "web http"],
    );
    assert.deepEqual(
      ports([
        { name: "web", port: 80 },
        { name: "metrics", port: 9090 },
      ]),
      ["port 9090 of Service/shop is none that ours serves (it has 80)"],
    );
  });

  it("refuses a namespace of the cluster's own for ours, which may be beside an old service that is there", () => {
    const moved = base.map((one) =>
      one.kind === "Namespace"
        ? object("Namespace", "kube-public")
        : { ...one, metadata: { ...one.metadata, namespace: "kube-public" } },
    );
    assert.deepEqual(survey(moved, { at: "kube-public", namespace: "kube-public" }).codes, ["namespace-reserved"]);
    assert.deepEqual(survey(moved, { at: "kube-public" }).codes, []);
  });

  const refused: readonly (readonly [string, readonly KubernetesObject[], readonly string[], object?])[] = [
    ["nothing of that name", [object("Service", "other")], ["old-not-found"]],
    [
      "one that is Fairway's",
      [object("Service", "shop", {}, { labels: { "app.kubernetes.io/managed-by": "fairway" } })],
      ["old-is-ours"],
    ],
    ["a headless Service", [...workload("shop"), service("shop", { clusterIP: "None" })], ["old-kind-of-service"]],
    ["one without a selector", [service("shop", { selector: {} })], ["old-kind-of-service", "old-not-ready"]],
    [
      "a load balancer's own name",
      [...workload("shop"), service("shop", { type: "LoadBalancer" })],
      ["old-kind-of-service"],
      { namespace: "old" },
    ],
    [
      "pods that are not ready",
      base.map((one) => (one.kind === "Pod" ? object("Pod", "shop-1-x", {}, one.metadata) : one)),
      ["old-not-ready"],
    ],
    [
      "pods of two owners",
      [...base, object("Pod", "alone", ready, { labels: { app: "shop" } })],
      ["old-several-owners"],
    ],
    [
      "pods of a StatefulSet",
      [service("shop"), object("Pod", "shop-0", ready, { ...owned("StatefulSet", "shop"), labels: { app: "shop" } })],
      ["old-not-a-deployment"],
    ],
    ["another Service of the same pods", [...base, service("metrics")], ["old-other-service"]],
    [
      "a port name that an Ingress asks for",
      [...base, ingress("shop", "shop", { name: "web" })],
      ["port-name-changes"],
      { namespace: "old" },
    ],
    [
      "an account of the same name that others use",
      [...base, ...workload("worker"), object("ServiceAccount", "shop")],
      ["name-shared"],
      { namespace: "old" },
    ],
    [
      "a Deployment that has the name of ours",
      [...base, object("Deployment", "shop-a")],
      ["name-taken"],
      { namespace: "old" },
    ],
    [
      "a namespace that is Fairway's",
      base.map((one) =>
        one.kind === "Namespace"
          ? object("Namespace", "old", {}, { labels: { "app.kubernetes.io/managed-by": "fairway" } })
          : one,
      ),
      ["old-is-ours"],
      { namespace: "old" },
    ],
  ];
  for (const [what, objects, codes, place] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(survey(objects, place).codes, codes));
  }
});
