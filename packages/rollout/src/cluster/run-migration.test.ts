import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Job } from "@fairway/objects";
import { ClusterError } from "../ports.ts";
import type { ClusterFacts } from "../state/facts.ts";
import { memoryCluster, virtualClock } from "../testing/index.ts";
import type { JobBehaviour } from "../testing/memory-jobs.ts";
import { runMigration } from "./run-migration.ts";

const namespace = "user";
const name = "user-migrate-7";
const labels = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" };

const job: Job = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name, namespace, labels },
  spec: { template: { metadata: { labels }, spec: { containers: [] } } },
};

/** A migration under way, in a cluster where Jobs do as `behaviour` says. */
function begin(behaviour: JobBehaviour, refused?: "Event") {
  const clock = virtualClock();
  const cluster = memoryCluster("alpha", clock);
  cluster.applyAs("test", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  cluster.scriptJobs(behaviour);
  const told: NonNullable<ClusterFacts["migration"]>[] = [];
  const running = runMigration({
    cluster: {
      ...cluster,
      list: async (of, signal) => {
        if (of.kind === refused) throw new ClusterError("forbidden", "alpha", "not allowed");
        return cluster.list(of, signal);
      },
    },
    plan: { rollout: 7, namespace, migration: { cluster: "alpha", job } },
    session: { apply: (objects) => Promise.all(objects.map((object) => cluster.apply(object))) },
    tenure: { prove: async () => undefined },
    identity: { service: "user", environment: "prod", namespace },
    clock,
    limits: { tick: 100 },
    signal: new AbortController().signal,
    migrated: () => undefined,
    tell: ({ migration }) => {
      if (migration !== undefined) told.push(migration);
    },
  });
  let result: Awaited<typeof running> | undefined;
  void running.then((one) => (result = one));
  const ended = async () => {
    await clock.run(() => result !== undefined, 120_000);
    return running;
  };
  return { clock, cluster, ended, told };
}

describe("a migration", () => {
  it("that fails is told by its exit code and log, also without the right to read events", async () => {
    const { ended } = begin({ kind: "fails", exitCode: 2, log: "column a exists" }, "Event");
    const { status, detail, causes } = await ended();
    assert.deepEqual([status, detail], ["failed", "the migration fails with exit code 2"]);
    assert.deepEqual(
      causes.map(({ code, exitCode, lastLog }) => [code, exitCode, lastLog]),
      [["MigrationFailed", 2, ["column a exists"]]],
    );
  });

  it("whose pod cannot start ends at once, and never begins", async () => {
    const { cluster, ended } = begin({ kind: "cannot-start", reason: "ErrImageNeverPull" });
    const { status, causes } = await ended();
    assert.deepEqual([status, causes[0]?.code], ["failed", "ImageNotFound"]);
    assert.equal(await cluster.get({ apiVersion: "batch/v1", kind: "Job", namespace, name }), undefined);
  });

  it("says while it runs what holds it up", async () => {
    const { ended, told } = begin({ kind: "cannot-start", reason: "ErrImagePull", message: "not found" });
    assert.equal((await ended()).status, "failed");
    assert.deepEqual(
      [...new Set(told.map(({ detail }) => detail))],
      ["running", "the image of the migration does not exist"],
    );
  });

  it("that somebody deleted is lost, not failed", async () => {
    const { clock, cluster, ended } = begin({ kind: "succeeds", after: 60_000 });
    await clock.advance(1_000);
    await cluster.delete({ apiVersion: "batch/v1", kind: "Job", namespace, name }, {});
    const { status, causes } = await ended();
    assert.deepEqual([status, causes[0]?.code], ["failed", "MigrationLost"]);
  });
});
