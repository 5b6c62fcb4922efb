import assert from "node:assert/strict";
import { test } from "node:test";
import type { LimitRange, LimitRangeItem, Pod, ResourceList } from "@fairway/objects";
import { limitFindings } from "./limit-room.ts";
import { withDefaults } from "./pod-size.ts";

const metadata = { name: "user-a", namespace: "user" };

function found(item: LimitRangeItem, requests: ResourceList | undefined, limits?: ResourceList): string {
  const range: LimitRange = {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { ...metadata, name: "bounds" },
    spec: { limits: [item] },
  };
  const resources = { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) };
  const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "app", resources }] } };
  const pods = [{ workload: "Deployment/user-a", pod: withDefaults(pod, [range]), replicas: 1 }];
  return limitFindings("alpha", pods, [range])
    .map(({ code, message }) => `${code}: ${message}`)
    .join();
}

test("a container or a pod outside of a LimitRange is named with both figures", () => {
  const most = { type: "Container", max: { memory: "1Gi" } } as const;
  assert.equal(found(most, { memory: "512Mi" }, { memory: "1Gi" }), "");
  assert.equal(
    found(most, { memory: "512Mi" }, { memory: "2Gi" }),
    "LimitRangeViolated: a pod of Deployment/user-a would be refused: container app has 2Gi of memory, the most is 1Gi (LimitRange bounds)",
  );
  assert.match(found(most, { memory: "512Mi" }), /has no limit of memory/);
  assert.match(
    found({ type: "Container", min: { cpu: "500m" } }, { cpu: "250m" }),
    /has 250m of cpu, the least is 500m/,
  );
  assert.match(
    found({ type: "Pod", max: { cpu: 1 } }, { cpu: "2" }, { cpu: "2" }),
    /all containers together has 2 of cpu/,
  );
  assert.match(
    found({ type: "Container", maxLimitRequestRatio: { cpu: 2 } }, { cpu: 1 }, { cpu: 3 }),
    /more than 2 times/,
  );
});

test("what a container does not say it has of the LimitRange's defaults", () => {
  const item = { type: "Container", max: { memory: "1Gi" }, default: { memory: "512Mi" } } as const;
  assert.equal(found(item, undefined), "");
  assert.match(found({ ...item, default: { memory: "2Gi" } }, undefined), /has 2Gi of memory/);
});
