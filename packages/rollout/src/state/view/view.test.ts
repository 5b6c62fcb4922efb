import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeploySettings } from "../../ports.ts";
import { going, isBaking, isHolding } from "../../testing/strategy-world.ts";
import { type EntryView, entries } from "./entries.ts";
import { type RolloutView, view } from "./view.ts";

const steps = [
  { weight: 10, hold: 60_000 },
  { weight: 50, hold: undefined },
];
const settings: Partial<DeploySettings> = {
  ...{ strategy: "canary", steps, waves: [["beta"], ["alpha"]], bake: 120_000 },
  analysis: [{ query: "errors", max: 0.01 }],
};

interface Told {
  readonly views: readonly RolloutView[];
  readonly words: readonly EntryView[];
}

/** A rollout with nearly everything that there is, and how it looked after each entry of its journal. */
async function told(status: "succeeded" | "failed"): Promise<Told> {
  const { world, number, result } = await going(settings, { router: "gateway", two: { migration: "alpha" } });
  world.metrics.set("errors", 0.001);
  for (let wave = 0; wave < 2; wave += 1) {
    await world.until(number, ({ steps: all }) => all[wave * 3]?.status === "holding");
    await world.command(number, { type: "pause" });
    await world.clock.advance(30_000);
    await world.command(number, { type: "resume" });
    await world.until(number, ({ steps: all }) => all[wave * 3 + 1]?.status === "holding");
    if (wave === 1 && status === "failed") world.metrics.set("errors", 1);
    else await world.command(number, { type: "promote" });
    if (wave === 0) await world.until(number, isBaking);
  }
  assert.equal((await result()).status, status);
  const header = await world.journal.header(number);
  assert.ok(header);
  const records = await world.journal.read(number);
  return {
    views: records.map((_, index) => view(header, records.slice(0, index + 1))),
    words: entries(records),
  };
}

describe("the view of a rollout", () => {
  for (const status of ["succeeded", "failed"] as const) {
    it(`can be replayed entry by entry: one that ${status}`, async () => {
      const { views, words } = await told(status);
      assert.equal(words.length, views.length);
      for (const [index, now] of views.entries()) {
        assert.equal(now.sequence, index + 1);
        const entry = words[index];
        assert.ok(entry !== undefined && entry.words !== "" && !/undefined|\n/.test(entry.words), entry?.words);
        assert.doesNotMatch(now.waitsFor ?? "", /undefined/);
        assert.equal(now.waitsFor === undefined, now.status === status && index > 0, `entry ${index + 1}`);
        for (const step of now.steps) {
          assert.equal(step.since === undefined, step.status === "waiting");
          if (step.status === "done" || step.status === "stopped") assert.ok(step.until !== undefined);
        }
        const running = now.timeline.filter(({ endedAt }) => endedAt === undefined);
        assert.ok(running.length <= 1, "one phase at a time");
      }
      assert.deepEqual(
        views.at(-1)?.timeline.filter(({ endedAt }) => endedAt === undefined),
        [],
      );
    });
  }

  it("never takes back what it has told: steps, bakes and measurements only grow", async () => {
    const order = ["waiting", "shifting", "holding", "done"];
    const { views } = await told("succeeded");
    for (const [index, now] of views.entries()) {
      const before = views[index - 1];
      for (const [at, step] of (before?.steps ?? []).entries()) {
        assert.ok(order.indexOf(now.steps[at]?.status ?? "") >= order.indexOf(step.status), `entry ${index + 1}`);
      }
      assert.ok((now.analysis?.measured.length ?? 0) >= (before?.analysis?.measured.length ?? 0));
    }
  });

  it("says in one line what it waits for, and goes through waves and steps in order", async () => {
    const { views } = await told("succeeded");
    const said = views.map(({ waitsFor }) => waitsFor).filter((words, index, all) => words !== all[index - 1]);
    assert.deepEqual(
      said.filter((words) => words !== undefined && !/%/.test(words)),
      [
        "clusters are looked at",
        "clusters are looked at: alpha, beta",
        "clusters are looked at",
        "clusters get what workloads refer to: alpha, beta",
        "clusters get what workloads refer to",
        "the migration runs: alpha",
        "the migration runs",
        "pods of the new release get ready: beta",
        "pods of the new release get ready",
        "requests go over",
        "is paused by ops: resume it",
        "wave 1 of 2 is looked at for 2 min, or until it is promoted; errors has no value yet",
        "wave 1 of 2 is looked at for 2 min, or until it is promoted",
        "pods of the new release get ready: alpha",
        "pods of the new release get ready",
        "requests go over",
        "is paused by ops: resume it",
        "the new release is decided",
        "what is not needed any more goes: alpha, beta",
        "what is not needed any more goes: alpha",
        "what is not needed any more goes",
      ],
    );
    assert.deepEqual(
      views.at(-1)?.waves.map(({ status }) => status),
      ["done", "done"],
    );
  });

  it("of a rollout that began before there were waves has one, and no steps", async () => {
    const { world, number, result } = await going({});
    await world.until(number, ({ phase }) => phase === "app");
    const records = (await world.journal.read(number)).map((record) => {
      if (record.body.type !== "begun") return record;
      const { outline: _, ...body } = record.body;
      return { ...record, body };
    });
    const header = await world.journal.header(number);
    assert.ok(header);
    const now = view(header, records);
    assert.deepEqual(now.steps, []);
    assert.deepEqual(now.waves, [{ clusters: ["alpha", "beta"], status: "running" }]);
    await result();
  });

  it("shows a command that has no answer yet, and none to whom nobody would listen", async () => {
    const { world, engine, number } = await going(settings, { router: "gateway" });
    await world.until(number, isHolding(10));
    await engine.stop();
    await world.command(number, { type: "pause" });
    const now = await engine.view(number);
    assert.deepEqual(
      now?.commands.map(({ command, accepted }) => [command.type, accepted]),
      [["pause", undefined]],
    );
  });
});
