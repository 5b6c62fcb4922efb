import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeRef,
  isDeployment,
  isPod,
  type KubernetesObject,
  kindInfo,
  kindOfResource,
  kindRegistry,
  parseObject,
  refKey,
  refOf,
  sortForApply,
} from "./index.ts";

function object(apiVersion: string, kind: string, name: string, namespace?: string): KubernetesObject {
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

test("what others refer to is applied first, unknown kinds last, and the input's order means nothing", () => {
  const objects = [
    object("example.org/v1", "Widget", "w", "user"),
    object("apps/v1", "Deployment", "user", "user"),
    object("v1", "Service", "user", "user"),
    object("v1", "ConfigMap", "user-2", "user"),
    object("v1", "ConfigMap", "user-1", "user"),
    object("v1", "ServiceAccount", "user", "user"),
    object("gateway.networking.k8s.io/v1", "HTTPRoute", "user", "user"),
    object("networking.k8s.io/v1", "Ingress", "user", "user"),
    object("batch/v1", "CronJob", "user", "user"),
    object("autoscaling/v2", "HorizontalPodAutoscaler", "user", "user"),
    object("rbac.authorization.k8s.io/v1", "RoleBinding", "user", "user"),
    object("v1", "Secret", "pull", "user"),
    object("policy/v1", "PodDisruptionBudget", "user", "user"),
    object("v1", "LimitRange", "user", "user"),
    object("v1", "ResourceQuota", "user", "user"),
    object("networking.k8s.io/v1", "NetworkPolicy", "user", "user"),
    object("v1", "Namespace", "user"),
  ];
  // Bounds stand before what they bound, routes after what they lead to.
  const expected =
    "Namespace NetworkPolicy ResourceQuota LimitRange PodDisruptionBudget Secret ServiceAccount ConfigMap ConfigMap " +
    "RoleBinding Service Deployment HorizontalPodAutoscaler CronJob Ingress HTTPRoute Widget";
  for (const input of [objects, objects.toReversed()]) {
    const sorted = sortForApply(input);
    assert.equal(sorted.map((one) => one.kind).join(" "), expected);
    assert.equal(sorted[7]?.metadata.name, "user-1");
  }
});

test("a reference names an object, cluster-scoped ones without a namespace", () => {
  assert.deepEqual(refOf(object("v1", "Namespace", "user")), { apiVersion: "v1", kind: "Namespace", name: "user" });
  assert.equal(refKey(refOf(object("apps/v1", "Deployment", "user-a", "user"))), "apps/v1/Deployment/user/user-a");
  assert.equal(refKey(refOf(object("v1", "Namespace", "user"))), "v1/Namespace//user");
  assert.equal(describeRef(refOf(object("apps/v1", "Deployment", "user-a", "user"))), "Deployment/user-a");
});

test("guards look at apiVersion and kind", () => {
  assert.equal(isDeployment(object("apps/v1", "Deployment", "x")), true);
  assert.equal(isDeployment(object("extensions/v1beta1", "Deployment", "x")), false);
  assert.equal(isPod(object("v1", "Service", "x")), false);
});

test("every registered kind is found by kind and by resource", () => {
  for (const info of kindRegistry) {
    assert.equal(kindInfo(info), info);
    assert.equal(kindOfResource(info.resource), info);
  }
  assert.equal(kindInfo({ apiVersion: "v1", kind: "Widget" }), undefined);
  assert.equal(kindOfResource("widgets"), undefined);
});

const valid = { apiVersion: "v1", kind: "Pod", metadata: { name: "x", labels: { a: "b" } }, spec: { containers: [] } };
const refused: readonly [value: unknown, path: string, message: string][] = [
  [undefined, "", "an object is needed, this is missing"],
  [[valid], "", "an object is needed, this is a list"],
  [{ ...valid, apiVersion: 1 }, ".apiVersion", "a string is needed, this is a number"],
  [{ ...valid, kind: "" }, ".kind", "a string is needed, this is empty"],
  [{ ...valid, metadata: null }, ".metadata", "an object is needed, this is null"],
  [{ ...valid, metadata: {} }, ".metadata.name", "a name is needed, this is missing"],
  [{ ...valid, metadata: { name: "x", uid: 1 } }, ".metadata.uid", "a string is needed, this is a number"],
  [
    { ...valid, metadata: { name: "x", labels: { a: 1 } } },
    '.metadata.labels["a"]',
    "a string is needed, this is a number",
  ],
  [
    { ...valid, metadata: { name: "x", finalizers: {} } },
    ".metadata.finalizers",
    "a list is needed, this is an object",
  ],
];
for (const [value, path, message] of refused) {
  test(`not an object: ${path} ${message}`, () => {
    assert.deepEqual(parseObject(value), { ok: false, issue: { path, message } });
  });
}

test("a value with all that every object has passes unchanged", () => {
  assert.deepEqual(parseObject(valid), { ok: true, object: valid });
});

test("items of a list take apiVersion and kind from it", () => {
  const { apiVersion, kind, ...item } = valid;
  assert.deepEqual(parseObject(item, { apiVersion, kind }), { ok: true, object: valid });
});
