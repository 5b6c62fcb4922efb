import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContainerState, Job, KubernetesObject } from "@fairway/objects";
import { ClusterError } from "../ports.ts";
import type { ClusterFacts } from "../state/facts.ts";
import { type MemoryCluster, memoryCluster, virtualClock } from "../testing/index.ts";
import { runMigration } from "./run-migration.ts";

const namespace = "user";
const name = "user-migrate-7";
const labels = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" };

function job(status: Job["status"] = {}): Job {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace, labels }, status };
}

function pod(uid: string, phase: string, state: ContainerState): KubernetesObject {
  const ownerReferences = [{ apiVersion: "batch/v1", kind: "Job", name, uid, controller: true }];
  const containerStatuses = [{ name: "app", ready: false, restartCount: 0, state }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${name}-x`, namespace, labels, ownerReferences },
    status: { phase, containerStatuses },
  };
}

/** A migration under way, and what happens to it: `act` gets the uid of its Job. */
function begin(act: (cluster: MemoryCluster, uid: string) => void, refused?: "Event") {
  const clock = virtualClock();
  const cluster = memoryCluster("alpha", clock);
  cluster.applyAs("test", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const told: NonNullable<ClusterFacts["migration"]>[] = [];
  const running = runMigration({
    cluster: {
      ...cluster,
      list: async (of, signal) => {
        if (of.kind === refused) throw new ClusterError("forbidden", "alpha", "not allowed");
        return cluster.list(of, signal);
      },
    },
    plan: { rollout: 7, namespace, migration: { cluster: "alpha", job: job() } },
    session: { apply: (objects) => Promise.all(objects.map((object) => cluster.apply(object))) },
    identity: { service: "user", environment: "prod", namespace },
    clock,
    limits: { tick: 100 },
    signal: new AbortController().signal,
    migrated: () => undefined,
    tell: ({ migration }) => {
      if (migration === undefined) return;
      if (told.length === 0) act(cluster, migration.uid ?? "");
      told.push(migration);
    },
  });
  const ended = (async () => {
    let result: Awaited<typeof running> | undefined;
    void running.then((one) => (result = one));
    await clock.run(() => result !== undefined, 60_000);
    return running;
  })();
  return { cluster, ended, told };
}

describe("a migration", () => {
  it("that fails is told by its exit code, also without the right to read events", async () => {
    const { ended } = begin((cluster, uid) => {
      const times = { startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:00:01Z" };
      cluster.updateAs("node", pod(uid, "Failed", { terminated: { exitCode: 2, reason: "Error", ...times } }));
      const conditions = [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" } as const];
      cluster.updateAs("controller", { ...job({ conditions }), metadata: { ...job().metadata, uid } });
    }, "Event");
    const { status, detail, causes } = await ended;
    assert.deepEqual([status, detail], ["failed", "the migration fails with exit code 2"]);
    assert.deepEqual(
      causes.map(({ code, exitCode }) => [code, exitCode]),
      [["MigrationFailed", 2]],
    );
  });

  it("whose pod cannot start ends at once, and never begins", async () => {
    const { cluster, ended } = begin((at, uid) => {
      at.updateAs("node", pod(uid, "Pending", { waiting: { reason: "ErrImageNeverPull" } }));
    });
    const { status, causes } = await ended;
    assert.deepEqual([status, causes[0]?.code], ["failed", "ImageNotFound"]);
    assert.equal(await cluster.get({ apiVersion: "batch/v1", kind: "Job", namespace, name }), undefined);
  });

  it("says while it runs what holds it up", async () => {
    const { ended, told } = begin((cluster, uid) => {
      cluster.updateAs("node", pod(uid, "Pending", { waiting: { reason: "ErrImagePull", message: "not found" } }));
    });
    assert.equal((await ended).status, "failed");
    assert.deepEqual(
      [...new Set(told.map(({ detail }) => detail))],
      ["running", "the image of the migration does not exist"],
    );
  });

  it("that somebody deleted is lost, not failed", async () => {
    const { ended } = begin((cluster) => {
      void cluster.delete({ apiVersion: "batch/v1", kind: "Job", namespace, name }, {});
    });
    const { status, causes } = await ended;
    assert.deepEqual([status, causes[0]?.code], ["failed", "MigrationLost"]);
  });
});
