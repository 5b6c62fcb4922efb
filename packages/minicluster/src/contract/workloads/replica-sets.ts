import assert from "node:assert/strict";
import { isReady } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { deployments, pods, replicaSets, type Stage, stageIn } from "../stage.ts";
import { container, idle, pod, workload } from "./objects.ts";

/** A number of pods is kept; which of them go first. */
export function replicaSetCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a pod that is deleted is replaced, and the status counts", async (stage) => {
    await stage.create(replicaSets, workload("web", container(stage, idle), { replicas: 2 }));
    await stage.until(replicaSets, "web", "available", (s) => s.status?.availableReplicas === 2);
    const [first] = await stage.list(pods);
    await stage.remove(pods, first?.metadata.name ?? "");
    await stage.untilGone(pods, first?.metadata.name ?? "");
    const set = await stage.until(replicaSets, "web", "available again", (s) => s.status?.availableReplicas === 2 && s);
    assert.deepEqual(
      [
        set.status?.replicas,
        set.status?.readyReplicas,
        set.status?.fullyLabeledReplicas,
        set.status?.observedGeneration,
      ],
      [2, 2, 2, 1],
    );
    const names = (await stage.list(pods)).map(({ metadata }) => metadata.name);
    assert.ok(!names.includes(first?.metadata.name ?? ""));
  });

  test("a pod that has failed is replaced and kept", async (stage) => {
    await stage.create(replicaSets, workload("web", container(stage, idle)));
    const [first] = await stage.eventually("ready", async () => {
      const all = await stage.list(pods);
      return all.length === 1 && all.every(isReady) && all;
    });
    const name = first?.metadata.name ?? "";
    const answer = await stage.cluster.client.request("PATCH", stage.path(pods, name, "status"), {
      body: { status: { phase: "Failed", reason: "Evicted" } },
      contentType: "application/merge-patch+json",
    });
    assert.equal(answer.code, 200, answer.text);
    await stage.eventually("another", async () =>
      (await stage.list(pods)).some((p) => p.metadata.name !== name && isReady(p)),
    );
    await stage.until(replicaSets, "web", "one", (s) => s.status?.replicas === 1 && s.status.readyReplicas === 1);
  });

  test("pods without an owner that fit are adopted", async (stage) => {
    await stage.create(pods, pod("orphan", [container(stage, idle)], {}, { labels: { app: "web" } }));
    const set = await stage.create(replicaSets, workload("web", container(stage, idle), { replicas: 2 }));
    await stage.until(replicaSets, "web", "two", (s) => s.status?.availableReplicas === 2);
    // A controller that hears of the pod late makes one too many for a moment, and takes away the youngest.
    await stage.eventually("two in all, and the first of them owned", async () => {
      const [owner] = (await stage.get(pods, "orphan"))?.metadata.ownerReferences ?? [];
      const staying = (await stage.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const isOwned =
        owner?.uid === set.metadata.uid && owner?.controller === true && owner.blockOwnerDeletion === true;
      return isOwned && staying.length === 2;
    });
  });

  test("a pod whose labels do not fit any more is let go and replaced", async (stage) => {
    await stage.create(replicaSets, workload("web", container(stage, idle)));
    await stage.until(replicaSets, "web", "available", (s) => s.status?.availableReplicas === 1);
    const name = (await stage.list(pods))[0]?.metadata.name ?? "";
    await stage.patch(pods, name, { metadata: { labels: { app: "apart" } } });
    await stage.until(pods, name, "let go", (p) => (p.metadata.ownerReferences ?? []).length === 0);
    await stage.eventually("replaced", async () => (await stage.list(pods, "labelSelector=app=web")).length === 1);
    await stage.patch(replicaSets, "web", { spec: { replicas: 0 } });
    await stage.eventually("the others go", async () => (await stage.list(pods)).length === 1);
    assert.ok(await stage.get(pods, name));
  });

  test("the pods that matter least go first: unready ones, then cheap ones", async (stage) => {
    await stage.create(replicaSets, workload("web", container(stage, idle), { replicas: 4 }));
    await stage.until(replicaSets, "web", "available", (s) => s.status?.availableReplicas === 4);
    const names = (await stage.list(pods)).map(({ metadata }) => metadata.name).toSorted();
    const cost = (value: string) => ({
      metadata: { annotations: { "controller.kubernetes.io/pod-deletion-cost": value } },
    });
    const [cheap = "", dear = "", dearer = "", dearest = ""] = names;
    for (const [name, value] of [
      [cheap, "-5"],
      [dear, "10"],
      [dearer, "20"],
      [dearest, "30"],
    ] as const)
      await stage.patch(pods, name, cost(value));
    await stage.patch(replicaSets, "web", { spec: { replicas: 3 } });
    await stage.untilGone(pods, cheap);
    await stage.patch(replicaSets, "web", { spec: { replicas: 1 } });
    await stage.untilGone(pods, dear);
    await stage.untilGone(pods, dearer);
    assert.ok((await stage.get(pods, dearest))?.metadata.deletionTimestamp === undefined);
    const told = await stage.told("web");
    assert.ok(told.includes(`Normal SuccessfulDelete: Deleted pod: ${cheap}`), told.join("\n"));
  });

  test("orphaned pods and ReplicaSets find a new owner", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle)));
    await stage.until(deployments, "web", "available", (d) => d.status?.availableReplicas === 1);
    const [set] = await stage.list(replicaSets);
    await stage.remove(deployments, "web", { propagationPolicy: "Orphan" });
    await stage.untilGone(deployments, "web");
    assert.deepEqual((await stage.list(replicaSets))[0]?.metadata.ownerReferences ?? [], []);
    const again = await stage.create(deployments, workload("web", container(stage, idle)));
    await stage.until(deployments, "web", "available", (d) => d.status?.availableReplicas === 1);
    const sets = await stage.list(replicaSets);
    assert.deepEqual(
      sets.map(({ metadata }) => metadata.uid),
      [set?.metadata.uid],
    );
    assert.equal(sets[0]?.metadata.ownerReferences?.[0]?.uid, again.metadata.uid);
    assert.equal((await stage.list(pods)).length, 1);
  });
}
