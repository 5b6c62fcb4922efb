import assert from "node:assert/strict";
import { parseQuantity } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { nodes, type Stage, stageIn } from "../stage.ts";
import { conditionOf } from "./statuses.ts";

/** What a node tells of itself. */
export function nodeCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a node is Ready and has no pressure", async (stage) => {
    const [node] = await stage.list(nodes);
    assert.ok(node);
    const told = (node.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
    assert.deepEqual(told.toSorted(), [
      "DiskPressure=False KubeletHasNoDiskPressure",
      "MemoryPressure=False KubeletHasSufficientMemory",
      "PIDPressure=False KubeletHasSufficientPID",
      "Ready=True KubeletReady",
    ]);
    assert.equal(conditionOf(node, "Ready")?.message, "kubelet is posting ready status");
  });

  test("a node says what it has and what it is", async (stage) => {
    const [node] = await stage.list(nodes);
    for (const resources of [node?.status?.capacity, node?.status?.allocatable]) {
      for (const name of ["cpu", "memory", "pods", "ephemeral-storage"]) {
        assert.ok((parseQuantity(resources?.[name] ?? 0) ?? 0) > 0, `${name} of ${JSON.stringify(resources)}`);
      }
    }
    assert.equal(node?.metadata.labels?.["kubernetes.io/hostname"], node?.metadata.name);
    assert.ok(node?.metadata.labels?.["kubernetes.io/os"]);
    assert.ok(node?.metadata.labels?.["kubernetes.io/arch"]);
    assert.deepEqual((node?.status?.addresses ?? []).map(({ type }) => type).toSorted(), ["Hostname", "InternalIP"]);
    assert.match(String(node?.status?.nodeInfo?.["kubeletVersion"]), /^v1\.36\./);
    assert.match(String(node?.status?.nodeInfo?.["containerRuntimeVersion"]), /^[a-z]+:\/\//);
  });

  test("a node's heartbeat is a Lease", async (stage) => {
    const [node] = await stage.list(nodes);
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node?.metadata.name}`;
    const lease = await stage.cluster.client.request("GET", path);
    assert.equal(lease.code, 200);
    const { holderIdentity, leaseDurationSeconds, renewTime } = JSON.parse(lease.text).spec;
    assert.deepEqual([holderIdentity, leaseDurationSeconds], [node?.metadata.name, 40]);
    assert.ok(Date.now() - Date.parse(renewTime) < 40_000);
  });
}
