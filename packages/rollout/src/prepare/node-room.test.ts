import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Pod, PodSpec } from "@fairway/objects";
import type { ClusterNodes } from "../ports.ts";
import { nodeFindings } from "./node-room.ts";

function node(name: string, more: { cpu?: string; labels?: Record<string, string>; spec?: Node["spec"] } = {}): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, ...(more.labels === undefined ? {} : { labels: more.labels }) },
    ...(more.spec === undefined ? {} : { spec: more.spec }),
    status: { allocatable: { cpu: more.cpu ?? "2", memory: "4Gi", pods: "110" } },
  };
}
function pod(cpu: string, more: Partial<PodSpec> = {}, name = "user"): Pod {
  const containers = [{ name: "app", resources: { requests: { cpu, memory: "1Gi" } } }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...more } };
}
function found(
  one: Pod,
  replicas: number,
  nodes: readonly Node[],
  more: Partial<ClusterNodes> = {},
): readonly string[] {
  const workload = { workload: "Deployment/user-a", pod: one, replicas };
  const seen = { nodes, pods: [], grows: false, ...more };
  return nodeFindings("alpha", [workload], seen, ({ metadata }) => metadata.name === "own", 1).map(
    ({ severity = "refusal", code, message }) => `${severity} ${code}: ${message}`,
  );
}
const gpu = { key: "gpu", value: "yes", effect: "NoSchedule" };

test("a pod that no node could ever take is refused, with what each kind of node lacks", () => {
  assert.deepEqual(found(pod("2"), 1, [node("a"), node("b", { cpu: "4" })]), []);
  assert.deepEqual(found(pod("3"), 1, [node("a"), node("b"), node("c", { cpu: "1" })]), [
    "refusal Unschedulable: no node could ever take a pod of Deployment/user-a, which asks for 3 of cpu and 1Gi of memory: 2 nodes with 2 of cpu in all; 1 node with 1 of cpu in all",
  ]);
  const picky = pod("1", { nodeSelector: { disk: "ssd" } });
  assert.match(found(picky, 1, [node("a", { labels: { disk: "hdd" } })]).join(), /1 node without the label disk=ssd$/);
  assert.deepEqual(found(picky, 1, [node("a", { labels: { disk: "ssd" } })]), []);
  const tainted = [node("a", { spec: { taints: [gpu] } })];
  assert.match(found(pod("1"), 1, tainted).join(), /with the taint gpu=yes$/);
  assert.deepEqual(found(pod("1", { tolerations: [{ key: "gpu", operator: "Exists" }] }), 1, tainted), []);
  assert.match(found(pod("1", { tolerations: [{ key: "gpu", value: "no" }] }), 1, tainted).join(), /Unschedulable/);
});

test("nothing is refused that may still be: nodes that are added, cordoned, not ready, or not known", () => {
  assert.deepEqual(found(pod("3"), 1, [node("a")], { grows: true }), []);
  assert.deepEqual(found(pod("3"), 1, []), []);
  const cordon = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
  assert.match(
    found(pod("1"), 1, [node("a", { spec: { unschedulable: true, taints: [cordon] } })]).join(),
    /^warning /,
  );
  assert.match(found(pod("1"), 1, [node("a", { spec: { unschedulable: true } })]).join(), /^warning /);
  assert.deepEqual(found(pod("1"), 0, [node("a", { cpu: "500m" })]), []);
});

test("full nodes are a warning: others may go, and the service's own former pods do", () => {
  const there = (name: string) => pod("1500m", { nodeName: "a" }, name);
  assert.deepEqual(found(pod("1"), 1, [node("a")], { pods: [there("own")] }), []);
  assert.deepEqual(found(pod("1"), 1, [node("a")], { pods: [there("others")] }), [
    "warning Unschedulable: 2 of 2 pods find no room on the nodes now; the rollout waits for room, and fails if none comes",
  ]);
  assert.match(
    found(pod("1"), 3, [node("a"), node("b")], { pods: [there("others")] }).join(),
    /2 of 4 pods find no room/,
  );
  assert.deepEqual(found(pod("1"), 3, [node("a")], { pods: undefined }), []);
});
