import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler, KubernetesObject, Pod, ResourceQuota } from "@fairway/objects";
import { type QuotaUse, quotaFindings } from "./quota-room.ts";
import { releasePods } from "./release-pods.ts";

const metadata = { name: "user-a", namespace: "user" };
const requests = { cpu: "250m", memory: "128Mi" };
const containers = [{ name: "app", resources: { requests } }];

function workload(replicas: number | undefined): KubernetesObject {
  const spec = { replicas, selector: {}, template: { spec: { containers } } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
}
const quota = (hard: Readonly<Record<string, string>>, name = "user"): ResourceQuota => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name, namespace: "user" },
  spec: { hard },
});
const other = (owner: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...metadata, name: "other", ownerReferences: [{ apiVersion: "v1", kind: owner, name: "x", uid: "x" }] },
  spec: { containers },
});
function found(desired: readonly KubernetesObject[], quotas: readonly ResourceQuota[], more: Partial<QuotaUse> = {}) {
  const use = { quotas, own: new Set(["user"]), pods: releasePods(desired), others: [], beside: 1, ...more };
  return quotaFindings("alpha", use).map(
    ({ severity = "refusal", code, message }) => `${severity} ${code}: ${message}`,
  );
}

test("a quota has room for all replicas, and one more while they are replaced", () => {
  const enough = { pods: "5", "requests.cpu": "1250m", "requests.memory": "640Mi" };
  assert.deepEqual(found([workload(4)], [quota(enough)]), []);
  assert.deepEqual(found([workload(4)], [quota({ ...enough, pods: "4" })]), [
    "refusal QuotaTooSmall: 4 replicas, and one more while they are replaced, need 5 pods, and the quota of the namespace is 4",
  ]);
  assert.match(found([workload(4)], [quota({ ...enough, "requests.cpu": "1" })]).join(), /need 1250m of cpu.* is 1$/);
  assert.match(found([workload(4)], [quota({ memory: "512Mi" })]).join(), /need 640Mi of memory.* is 512Mi$/);
});

test("an autoscaler counts with its smallest number, no replicas need nothing", () => {
  const spec = { scaleTargetRef: { kind: "Deployment", name: "user-a" }, minReplicas: 3, maxReplicas: 9 };
  const scaler: HorizontalPodAutoscaler = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata,
    spec,
  };
  assert.deepEqual(found([workload(undefined), scaler], [quota({ pods: "4" })]), []);
  assert.equal(found([workload(undefined), scaler], [quota({ pods: "3" })]).length, 1);
  assert.deepEqual(found([workload(0)], [quota({ pods: "0" })]), []);
});

test("what others use counts, in quotas of others too; runs of jobs, which end, only warn", () => {
  const use = { others: [other("ReplicaSet"), other("Job")] };
  assert.deepEqual(found([workload(2)], [quota({ pods: "5" }, "theirs")], use), []);
  assert.deepEqual(found([workload(2)], [quota({ pods: "4" }, "theirs")], use), [
    "warning QuotaTooSmall: 2 replicas, and one more while they are replaced, need 3 pods, others use 2, and the quota theirs is 4",
  ]);
  assert.match(found([workload(2)], [quota({ pods: "3" }, "theirs")], use).join(), /^refusal .*others use 1, .* is 3$/);
});

test("a second set beside the first needs room for both", () => {
  assert.deepEqual(found([workload(2)], [quota({ pods: "4" })], { beside: 2 }), []);
  assert.match(
    found([workload(2)], [quota({ pods: "4" })], { beside: 3 }).join(),
    /and 3 of the former release .* need 5/,
  );
});

test("a quota that counts what containers do not say lets no pod in; what is not about pods is left alone", () => {
  assert.deepEqual(found([workload(1)], [quota({ "limits.memory": "9Gi" }, "theirs")]), [
    "refusal QuotaNeedsSize: the quota theirs counts limits.memory, and container app says none",
  ]);
  const others = { services: "0", "requests.storage": "0", persistentvolumeclaims: "0", "count/configmaps": "0" };
  assert.deepEqual(found([workload(1)], [quota(others)]), []);
  const scoped = { ...quota({ pods: "0" }), spec: { hard: { pods: "0" }, scopes: ["BestEffort"] } };
  assert.deepEqual(found([workload(1)], [scoped]), []);
});
