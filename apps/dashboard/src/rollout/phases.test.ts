import assert from "node:assert/strict";
import { test } from "node:test";
import { canary, failed, running } from "../../fixtures/index.ts";
import { cellAppearance, cellWords, doingNow, fillOf, phasesOf, spokenStatus, troubledPhase } from "./phases.ts";

const beta = (rollout: typeof running) => {
  const cluster = rollout.clusters[1];
  assert.ok(cluster !== undefined);
  return cluster;
};

test("db is a column only where a service has migrations", () => {
  assert.deepEqual(phasesOf(running), ["prepare", "init", "app", "balancing", "cleanup"]);
  const without = { ...beta(running), phases: { db: { status: "skipped" } as const } };
  assert.ok(!phasesOf({ ...running, clusters: [without] }).includes("db"));
  const migrating = { ...beta(running), phases: { db: { status: "running" } as const } };
  assert.ok(phasesOf({ ...running, clusters: [migrating] }).includes("db"));
});

test("app fills by ready pods, never beyond its end", () => {
  assert.equal(fillOf(beta(running), "prepare"), 1);
  assert.equal(fillOf(beta(running), "app"), 0.5);
  assert.equal(fillOf({ ...beta(running), ready: 5 }, "app"), 1);
  assert.equal(fillOf({ ...beta(running), desired: 0 }, "app"), 0.5);
  assert.equal(fillOf(beta(running), "cleanup"), 0);
});

test("a cluster that was stopped because another one failed shows how far it was", () => {
  const [failing, ...rest] = failed.clusters;
  assert.ok(failing !== undefined);
  const app = { status: "skipped", startedAt: "2026-01-01T00:00:00Z", detail: "1/2" } as const;
  const interrupted = { ...failing, ready: 2, phases: { ...failing.phases, app } };
  assert.equal(cellAppearance(interrupted, "app", true).word, "Stopped");
  assert.equal(cellWords(interrupted, "app", "Stopped"), "1/2");
  assert.equal(fillOf(interrupted, "app"), 0.5);
  assert.equal(cellAppearance(interrupted, "cleanup", true).word, "Not reached");
  assert.equal(fillOf(rest[0] ?? failing, "app"), 0);
});

test("trouble belongs to the phase that failed, else to the one under way", () => {
  assert.equal(troubledPhase(beta(failed), phasesOf(failed)), "app");
  assert.equal(troubledPhase(beta(running), phasesOf(running)), "app");
  assert.equal(troubledPhase({ ...beta(running), phases: {} }, phasesOf(running)), undefined);
});

test("the spoken status says where it stands in every cluster", () => {
  assert.equal(spokenStatus(running), "Rollout 19 of user: running, phase app. alpha 2 of 2 ready, beta 1 of 2 ready.");
});

test("an app cell counts pods, and what it waits for is told apart from the count", () => {
  const waiting = {
    ...beta(running),
    phases: { app: { status: "running", detail: "waiting for readiness of user-a" } as const },
  };
  assert.equal(cellWords(waiting, "app", "Running"), "1/2");
  assert.equal(doingNow(waiting), "waiting for readiness of user-a");
  assert.equal(cellWords(beta(running), "app", "Running"), "1/2");
  assert.equal(doingNow(beta(running)), undefined);
});

test("a balancing cell shows the share, and is as full as that", () => {
  const [alpha] = canary.clusters;
  assert.ok(alpha);
  assert.equal(cellWords(alpha, "balancing", "Running"), "20 %");
  assert.equal(fillOf(alpha, "balancing"), 0.2);
});
