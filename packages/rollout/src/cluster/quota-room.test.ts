import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { quotaFindings } from "./quota-room.ts";

const metadata = { name: "user-a", namespace: "user" };
const requests = { cpu: "250m", memory: "128Mi" };
const containers = [{ name: "app", resources: { requests } }];

function workload(replicas: number | undefined): KubernetesObject {
  const spec = { replicas, selector: {}, template: { spec: { containers } } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
}
const quota = (hard: object): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata,
  spec: { hard },
});
const found = (...desired: KubernetesObject[]) => quotaFindings("alpha", desired).map(({ message }) => message);

test("a quota has room for all replicas, and one more while they are replaced", () => {
  const enough = { pods: "5", "requests.cpu": "1250m", "requests.memory": "640Mi" };
  assert.deepEqual(found(workload(4), quota(enough)), []);
  assert.deepEqual(found(workload(4), quota({ ...enough, pods: "4" })), [
    "4 replicas, and one more while they are replaced, need 5 pods, and the quota of the namespace is 4",
  ]);
  assert.match(found(workload(4), quota({ ...enough, "requests.cpu": 1 })).join(), /need 1250m of cpu.* is 1$/);
  assert.match(found(workload(4), quota({ "requests.memory": "512Mi" })).join(), /need 640Mi of memory.* is 512Mi$/);
});

test("an autoscaler counts with its smallest number, no replicas need nothing", () => {
  const spec = { scaleTargetRef: { kind: "Deployment", name: "user-a" }, minReplicas: 3, maxReplicas: 9 };
  const scaler = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec };
  assert.deepEqual(found(workload(undefined), scaler, quota({ pods: "4" })), []);
  assert.equal(found(workload(undefined), scaler, quota({ pods: "3" })).length, 1);
  assert.deepEqual(found(workload(0), quota({ pods: "0" })), []);
});
