import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Condition, ContainerState, Event, Job, Pod } from "@fairway/objects";
import { type Cause, examineJob, type JobSubject, wantsJobLogs } from "./index.ts";

const at = (seconds: number): string => new Date(Date.UTC(2026, 2, 1, 10) + 1000 * seconds).toISOString();

function job(...conditions: readonly Partial<Condition>[]): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "user-migrate", namespace: "user", uid: "job" },
    status: { conditions: conditions.map((one) => ({ type: "", status: "True" as const, ...one })) },
  };
}

function pod(name: string, state: ContainerState, phase: "Pending" | "Running" | "Failed" | "Succeeded"): Pod {
  const owner = { apiVersion: "batch/v1", kind: "Job", name: "user-migrate", uid: "job", controller: true };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "user", uid: name, creationTimestamp: at(0), ownerReferences: [owner] },
    spec: { nodeName: "n1", containers: [{ name: "app", image: "registry.example.com/user:1" }] },
    status: { phase, containerStatuses: [{ name: "app", ready: false, restartCount: 0, state }] },
  };
}

const failed = (exitCode: number, reason = "Error"): ContainerState => ({
  terminated: { exitCode, reason, startedAt: at(2), finishedAt: at(5) },
});

function event(reason: string, message = ""): Event {
  const involvedObject = { kind: "Job", name: "user-migrate", namespace: "user", uid: "job" };
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: reason, namespace: "user" },
    involvedObject,
    reason,
    message,
    lastTimestamp: at(6),
  };
}

function look(objects: JobSubject["objects"], more: Partial<JobSubject> = {}) {
  return examineJob({
    ...{ cluster: "alpha", namespace: "user", job: { name: "user-migrate", uid: "job" } },
    ...{ objects, events: [], now: Date.parse(at(40)), ...more },
  });
}

const limit = {
  type: "Failed",
  reason: "BackoffLimitExceeded",
  message: "Job has reached the specified backoff limit",
};
const deadline = {
  type: "Failed",
  reason: "DeadlineExceeded",
  message: "Job was active longer than specified deadline",
};

describe("examineJob", () => {
  it("tells the exit code, the node and the log of what failed", () => {
    const objects = [job(limit), pod("user-migrate-1", failed(2), "Failed")];
    const wanted = [{ pod: "user-migrate-1", container: "app", previous: false }];
    assert.deepEqual(wantsJobLogs({ namespace: "user", objects, job: { name: "user-migrate", uid: "job" } }), wanted);
    const { state, causes } = look(objects, {
      logs: [{ pod: "user-migrate-1", container: "app", previous: false, text: "column a exists\n" }],
    });
    assert.equal(state, "failed");
    const [cause, ...others] = causes;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [cause?.code, cause?.severity, cause?.summary, cause?.exitCode, cause?.node, cause?.lastLog],
      ["MigrationFailed", "fatal", "the migration fails with exit code 2", 2, "n1", ["column a exists"]],
    );
  });

  it("is not over before its pods are", () => {
    const running = pod("user-migrate-1", { running: { startedAt: at(2) } }, "Running");
    assert.deepEqual(look([job({ ...limit, type: "FailureTarget" }), running]), {
      state: "running",
      causes: [],
      doomed: false,
    });
  });

  it("names what keeps its pod from starting, also when that has gone with its deadline", () => {
    const waiting = { reason: "ErrImageNeverPull", message: "not present with pull policy of Never" };
    const before = look([job(), pod("user-migrate-1", { waiting }, "Pending")]);
    assert.deepEqual([before.state, before.causes[0]?.code, before.doomed], ["running", "ImageNotFound", true]);
    const { state, causes } = look([job(deadline)], { earlier: before.causes });
    assert.deepEqual([state, causes.map(({ code }) => code)], ["failed", ["ImageNotFound"]]);
    assert.match(causes[0]?.summary ?? "", /the image of the migration/);
  });

  it("says that it took too long when that is all", () => {
    const waits: Cause = {
      ...{
        code: "Unschedulable",
        severity: "transient",
        summary: "",
        cluster: "alpha",
        object: "",
        count: 1,
        advice: "",
      },
    };
    const { causes } = look([job(deadline)], { earlier: [waits] });
    assert.deepEqual(
      [causes[0]?.code, causes[0]?.summary],
      ["MigrationFailed", "the migration took longer than it may"],
    );
  });

  it("reads from events that no pod was let in", () => {
    const message = 'Error creating: pods "user-migrate-x" is forbidden: exceeded quota: few';
    const refused = { ...event("FailedCreate", message), firstTimestamp: at(0) };
    const { state, causes, doomed } = look([job()], { events: [refused] });
    assert.deepEqual([state, causes[0]?.code, doomed], ["running", "QuotaExceeded", true]);
  });

  it("has worked when it says so, whatever failed before", () => {
    const pods = [pod("user-migrate-1", failed(2), "Failed"), pod("user-migrate-2", failed(0), "Succeeded")];
    assert.equal(look([job({ type: "Complete" }), ...pods]).state, "succeeded");
  });

  it("deleted by its time to live it has not failed: its events tell how it ended, or nothing does", () => {
    assert.equal(
      look([], { events: [event("SuccessfulCreate"), event("Completed", "Job completed")] }).state,
      "succeeded",
    );
    assert.deepEqual(look([]), { state: "gone", causes: [], doomed: false });
    const { state, causes } = look([], { events: [event("BackoffLimitExceeded", limit.message)] });
    assert.deepEqual([state, causes[0]?.code, causes[0]?.message], ["failed", "MigrationFailed", limit.message]);
    const other = { ...job(limit), metadata: { name: "user-migrate", namespace: "user", uid: "made-anew" } };
    assert.equal(look([other]).state, "gone");
  });
});
