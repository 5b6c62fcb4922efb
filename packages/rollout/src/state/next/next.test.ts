import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Cause } from "@fairway/diagnosis";
import { defaultLimits } from "../../limits.ts";
import { plan } from "../../plan/plan.ts";
import type { JournalRecord, RolloutHeader, StoredRelease } from "../../ports.ts";
import { type ClusterFacts, type Facts, noFacts, type Step } from "../facts.ts";
import { fold } from "../fold.ts";
import type { RolloutEvent } from "../rollout-event.ts";
import type { RolloutState } from "../rollout-state.ts";
import { next } from "./next.ts";
import type { Action } from "./situation.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const names = ["alpha", "beta"];
const header: RolloutHeader = {
  number: 7,
  environment: "prod",
  service: "user",
  from: "one",
  to: "two",
  strategy: "rolling",
  kind: "deploy",
  actor: "admin",
  createdAt: new Date(start).toISOString(),
};

function release(name: string): StoredRelease {
  const workload = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "user", namespace: "user" } };
  const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: "user" } };
  const objects = Object.fromEntries(names.map((cluster) => [cluster, [workload, space]]));
  return { name, service: "user", environment: "prod", namespace: "user", objects };
}

const side = (name: string) => ({ active: { release: name, slot: "a" as const }, release: release(name) });
const ours = plan(header, side("one"), side("two"), names, { place: (all) => all, kept: [], namespace: "user" });
const begun: RolloutEvent = {
  type: "begun",
  namespace: "user",
  clusters: names,
  from: { release: "one", slot: "a" },
  target: { release: "two", slot: "a" },
};
const all = { alpha: "", beta: "" };
const inApp: readonly RolloutEvent[] = [
  begun,
  { type: "phase", phase: "prepare" },
  { type: "done", phase: "prepare", clusters: all },
  { type: "phase", phase: "init" },
  { type: "done", phase: "init", clusters: all },
  { type: "phase", phase: "app", wave: { index: 0, clusters: names } },
];

function stateAfter(events: readonly RolloutEvent[]): RolloutState {
  const records = events.map((body, index): JournalRecord<RolloutEvent> => {
    return { rollout: 7, sequence: index + 1, epoch: 1, at: new Date(start).toISOString(), body };
  });
  return fold(header, records);
}

function decide(events: readonly RolloutEvent[], facts: Facts, after = 0): readonly Action[] {
  return next({
    state: stateAfter(events),
    plan: ours,
    facts,
    commands: [],
    now: start + after,
    limits: defaultLimits,
  });
}

function did(...steps: readonly Step[]): ClusterFacts {
  return { ...noFacts, performed: new Set(steps) };
}

const crash: Cause = {
  code: "CrashLoop",
  severity: "fatal",
  summary: "the new release crashes when it starts",
  cluster: "beta",
  object: "Pod/user-a-1",
  count: 1,
  advice: "read the log",
};
const waiting = { desired: 2, ready: 1, state: "waiting", detail: "waiting", causes: [] } as const;
const ready = { ...waiting, ready: 2, state: "ready", detail: "2/2" } as const;
const silent = { since: start, message: "refused" };

describe("next", () => {
  it("ends nothing while a lost cluster is being drained, and does not ask what it lacks", () => {
    const lost: readonly RolloutEvent[] = [{ ...begun, lost: ["beta"] }, ...inApp.slice(1, 2)];
    const found = { cluster: "alpha", code: "FieldConflict", message: "no" } as const;
    const refused = { alpha: { ...noFacts, findings: [found] } };
    assert.deepEqual(decide(lost, refused), [{ type: "perform", cluster: "beta", step: "drain" }]);
    const [left] = decide(lost, { ...refused, beta: did("drain") });
    assert.ok(left?.type === "append" && left.event.type === "behind" && left.event.drained);
    const [ended] = decide([...lost, left.event], { ...refused, beta: did("drain") });
    assert.ok(ended?.type === "end" && ended.event.type === "ended");
    assert.deepEqual([ended.event.status, ended.event.converging], ["refused", ["beta"]]);
  });

  it("goes back in one cluster while another one's drain does not succeed", () => {
    const aborted: readonly RolloutEvent[] = [
      ...inApp,
      { type: "abort", phase: "app", failed: { beta: "no" }, causes: [crash], reason: "no" },
    ];
    const alpha: ClusterFacts = { ...noFacts, unreachable: silent };
    const actions = decide(aborted, { alpha, beta: noFacts }, defaultLimits.giveUp + 1);
    assert.deepEqual(actions, [
      { type: "perform", cluster: "alpha", step: "drain" },
      { type: "perform", cluster: "beta", step: "restore" },
    ]);
  });

  it("counts no time that a pause took, against a release that makes no progress or a cluster that is silent", () => {
    const told = (type: "pause" | "resume", seconds: number) => ({
      at: new Date(start + seconds * 1000).toISOString(),
      body: { type: "answered", id: type, actor: "ops", command: { type }, accepted: true } as const,
    });
    const base = inApp.map((body) => ({ at: new Date(start).toISOString(), body }));
    const records = [...base, told("pause", 600), told("resume", 1_000)].map((one, index) => {
      return { rollout: 7, sequence: index + 1, epoch: 1, ...one };
    });
    const state = fold(header, records);
    const decisions = (facts: Facts, seconds: number) =>
      next({ state, plan: ours, facts, commands: [], now: start + seconds * 1000, limits: defaultLimits });
    const isAbort = (actions: readonly Action[]) =>
      actions.some((one) => one.type === "append" && one.event.type === "abort");
    const slow = { ...did("app"), progress: waiting, progressedAt: start + 595_000, progressDeadline: 60_000 };
    assert.equal(isAbort(decisions({ alpha: slow, beta: slow }, 1_030)), false);
    assert.equal(isAbort(decisions({ alpha: slow, beta: slow }, 1_061)), true);
    const away = { ...did("app"), unreachable: { since: start + 595_000, message: "refused" } };
    assert.equal(isAbort(decisions({ alpha: away, beta: did("app") }, 1_005)), false);
    assert.equal(isAbort(decisions({ alpha: away, beta: did("app") }, 1_031)), true);
  });

  it("prepares all clusters before it says anything", () => {
    const events = inApp.slice(0, 2);
    const found = { cluster: "alpha", code: "FieldConflict", message: "no" } as const;
    const one = decide(events, { alpha: { ...noFacts, findings: [found] } });
    assert.deepEqual(one, [{ type: "perform", cluster: "beta", step: "prepare" }]);
    const [both] = decide(events, {
      alpha: { ...noFacts, findings: [found] },
      beta: { ...noFacts, findings: [{ ...found, cluster: "beta" }] },
    });
    assert.ok(both?.type === "end" && both.event.type === "ended");
    assert.equal(both.event.findings.length, 2);
    assert.deepEqual(both.outcome.active, { release: "one", slot: "a" });
  });

  it("goes on with warnings, which stay with the rollout, and tells them with what refuses it", () => {
    const events = inApp.slice(0, 2);
    const warning = { cluster: "alpha", severity: "warning", code: "Unschedulable", message: "full" } as const;
    const alpha = { ...noFacts, findings: [warning] };
    const [on] = decide(events, { alpha, beta: { ...noFacts, findings: [] } });
    assert.ok(on?.type === "append" && on.event.type === "done");
    assert.deepEqual(stateAfter([...events, on.event]).warnings, [warning]);
    const refusal = { cluster: "beta", code: "FieldConflict", message: "no" } as const;
    const [end] = decide(events, { alpha, beta: { ...noFacts, findings: [refusal] } });
    assert.ok(end?.type === "end" && end.event.type === "ended");
    assert.deepEqual(end.event.findings, [warning, refusal]);
    assert.equal(end.event.reason, "no (FieldConflict in beta)");
    const { alpha: fine, beta: refused } = stateAfter([...events, end.event]).clusters;
    assert.deepEqual([fine?.phases.prepare?.status, refused?.phases.prepare?.status], ["done", "failed"]);
  });

  it("leaves a phase only when every cluster has passed it", () => {
    const facts = { alpha: { ...did("app"), progress: ready }, beta: { ...did("app"), progress: waiting } };
    assert.deepEqual(decide(inApp, facts), [
      { type: "append", event: { type: "done", phase: "app", clusters: { alpha: "2/2" } } },
    ]);
    const one: RolloutEvent = { type: "done", phase: "app", clusters: { alpha: "2/2" } };
    assert.deepEqual(decide([...inApp, one], facts), [
      { type: "watch", cluster: "beta" },
      { type: "watch", cluster: "alpha" },
    ]);
    const both: RolloutEvent = { type: "done", phase: "app", clusters: { alpha: "2/2", beta: "2/2" } };
    assert.deepEqual(
      decide([...inApp, both], facts),
      ["alpha", "beta"].map((cluster) => ({ type: "watch", cluster })),
      "what has passed must be well at the moment of the decision",
    );
    const well = { alpha: facts.alpha, beta: { ...did("app"), progress: ready } };
    assert.deepEqual(decide([...inApp, both], well), [{ type: "append", event: { type: "committed" } }]);
  });

  it("goes on with a rollout that began before there were waves", () => {
    const old: readonly RolloutEvent[] = [...inApp.slice(0, -1), { type: "phase", phase: "app" }];
    assert.deepEqual(
      decide(old, {}),
      ["alpha", "beta"].map((cluster) => ({ type: "perform", cluster, step: "app" })),
    );
    const well = { alpha: { ...did("app"), progress: ready }, beta: { ...did("app"), progress: ready } };
    const both: RolloutEvent = { type: "done", phase: "app", clusters: { alpha: "2/2", beta: "2/2" } };
    assert.deepEqual(decide([...old, both], well), [{ type: "append", event: { type: "committed" } }]);
    assert.deepEqual(decide([...old, both, { type: "committed" }], well), [
      { type: "append", event: { type: "phase", phase: "cleanup" } },
    ]);
  });

  it("turns back when all new pods of one cluster are doomed", () => {
    const doomed = { ...waiting, state: "doomed", causes: [crash] } as const;
    const [action] = decide(inApp, {
      alpha: { ...did("app"), progress: ready },
      beta: { ...did("app"), progress: doomed },
    });
    assert.ok(action?.type === "append" && action.event.type === "abort");
    assert.equal(action.event.reason, "the new release crashes when it starts (CrashLoop in beta)");
    assert.deepEqual(action.event.failed, { beta: crash.summary });
  });

  it("remembers how far every cluster was when it turned back", () => {
    const doomed = { ...waiting, ready: 0, state: "doomed", causes: [crash] } as const;
    const [action] = decide(inApp, {
      alpha: { ...did("app"), progress: waiting },
      beta: { ...did("app"), progress: doomed },
    });
    assert.ok(action?.type === "append");
    const records = [...inApp, action.event].map((body, index) => {
      return { rollout: 7, sequence: index + 1, epoch: 1, at: new Date(start).toISOString(), body };
    });
    const clusters = fold(header, records).clusters;
    assert.deepEqual(
      names.map((name) => [clusters[name]?.phases.app?.status, clusters[name]?.phases.app?.detail]),
      [
        ["skipped", "1/2"],
        ["failed", "0/2"],
      ],
    );
  });

  it("bears a silent cluster for a while, then turns back", () => {
    const facts = { alpha: did("app"), beta: { ...did("app"), unreachable: silent } };
    const early = decide(inApp, facts, 1_000);
    assert.ok(early.every((action) => action.type === "watch"));
    const [late] = decide(inApp, facts, defaultLimits.unreachable + 1);
    assert.ok(late?.type === "append" && late.event.type === "abort");
    assert.equal(late.event.causes[0]?.code, "ClusterUnreachable");
  });

  it("counts the deadline from the last progress", () => {
    const facts = { alpha: did("app"), beta: { ...did("app"), progress: waiting, progressedAt: start + 200_000 } };
    const kinds = (after: number) =>
      decide(inApp, facts, after).map((one) => ("event" in one ? one.event.type : one.type));
    assert.ok(!kinds(400_000).includes("abort"));
    assert.ok(kinds(500_001).includes("abort"));
  });

  it("never turns back after the commit point", () => {
    const events: readonly RolloutEvent[] = [...inApp, { type: "committed" }, { type: "phase", phase: "cleanup" }];
    const facts = { alpha: { ...noFacts, unreachable: silent }, beta: did("prune") };
    const done: RolloutEvent = { type: "done", phase: "cleanup", clusters: { beta: "" } };
    assert.deepEqual(decide(events, facts), [{ type: "append", event: done }]);
    const [later] = decide([...events, done], facts, defaultLimits.giveUp + 1);
    assert.ok(later?.type === "append" && later.event.type === "behind" && !later.event.drained);
  });

  it("is not hindered by a cluster that was declared lost, however long its drain takes", () => {
    const lost: RolloutEvent = {
      ...{ type: "answered", id: "1", actor: "ops", accepted: true },
      command: { type: "lose", cluster: "beta" },
    };
    const facts = { alpha: did("app"), beta: { ...noFacts, unreachable: silent } };
    assert.deepEqual(decide([...inApp, lost], facts)[0], { type: "perform", cluster: "beta", step: "drain" });
    const actions = decide([...inApp, lost], facts, defaultLimits.unreachable + 1);
    assert.ok(!actions.some((action) => "event" in action && action.event.type === "abort"));
  });

  it("drains a cluster before it goes on without it", () => {
    const abort: RolloutEvent = { type: "abort", phase: "app", failed: {}, causes: [crash], reason: "crashes" };
    const facts = {
      alpha: { ...did("restore", "undrain"), progress: ready },
      beta: { ...noFacts, unreachable: silent },
    };
    const restored: RolloutEvent = { type: "restored", cluster: "alpha", healthy: true, detail: "2/2" };
    assert.deepEqual(decide([...inApp, abort], facts), [{ type: "append", event: restored }]);
    const events = [...inApp, abort, restored];
    const late = defaultLimits.giveUp + 1;
    assert.deepEqual(decide(events, facts, late), [{ type: "perform", cluster: "beta", step: "drain" }]);
    const drained = { ...facts, beta: { ...did("drain"), unreachable: silent } };
    const [behind] = decide(events, drained, late);
    assert.ok(behind?.type === "append" && behind.event.type === "behind" && behind.event.drained);
    const [end] = decide([...events, behind.event], drained, late);
    assert.ok(end?.type === "end");
    assert.deepEqual(end.outcome, {
      status: "failed",
      active: { release: "one", slot: "a" },
      reason: "crashes",
      converging: ["beta"],
    });
  });

  it("gives requests back to a restored cluster, whoever drained it and did not live to say so", () => {
    const abort: RolloutEvent = { type: "abort", phase: "app", failed: {}, causes: [crash], reason: "crashes" };
    const facts = { alpha: { ...did("restore"), progress: ready }, beta: did("restore") };
    assert.deepEqual(decide([...inApp, abort], facts), [
      { type: "perform", cluster: "alpha", step: "undrain" },
      { type: "watch", cluster: "beta" },
    ]);
  });

  it("does not wait for what a clock said that was set back since", () => {
    const failedOnce = { ...noFacts, retryAt: start + 3_600_000 };
    const actions = decide(inApp, { alpha: failedOnce, beta: noFacts });
    assert.ok(actions.some((one) => one.type === "perform" && one.cluster === "alpha"));
  });

  it("ends a restore whose release does not get healthy", () => {
    const abort: RolloutEvent = { type: "abort", phase: "app", failed: {}, causes: [crash], reason: "crashes" };
    const back = { ...did("restore", "undrain"), progress: waiting };
    const facts = { alpha: back, beta: back };
    const [action] = decide([...inApp, abort], facts, defaultLimits.restored + 1);
    assert.ok(action?.type === "append" && action.event.type === "restored" && !action.event.healthy);
  });

  it("asks for nothing once closed", () => {
    const ended: RolloutEvent = { type: "ended", status: "failed", findings: [], converging: ["beta"] };
    assert.deepEqual(decide([...inApp, ended, { type: "closed" }], {}), []);
  });
});
