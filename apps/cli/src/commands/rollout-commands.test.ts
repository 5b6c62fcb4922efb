import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RolloutDetail } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { at, cluster, rollout, start } from "../testing/rollout-detail.ts";

type Handlers = Parameters<typeof fakeServer>[1];

const running = rollout({ number: 18, phase: "balancing" });
const waiting = rollout({ number: 19, status: "queued" });
const before = rollout({ number: 17, status: "succeeded", endedAt: at(-60) });
const back = rollout({
  status: "failed",
  reason: "admin aborted it",
  endedAt: at(9),
  clusters: [cluster("alpha", { app: "done 0 3: 2/2" }, { restored: "done 6 8" })],
});

/** A platform where rollout 18 of `user` is under way, with the commands that it got. */
async function platform(t: TestContext, more: Handlers = {}) {
  const told: unknown[] = [];
  const server = await fakeServer(t, {
    platform: () => ({ value: { version: "0.1.0", environments: [{ name: "prod", clusters: ["alpha"] }] } }),
    listRollouts: () => ({ value: { items: [waiting, running, before] } }),
    getRollout: () => ({ value: running }),
    commandRollout: ({ params, body }) => {
      told.push([params["number"], Object(body).command.type]);
      return { value: { rollout: Number(params["number"]), command: Object(body).command, answer: "accepted" } };
    },
    followRollout: () => ({ events: [{ id: "1", data: back }], end: "end" }),
    ...more,
  });
  const run = async (...args: readonly string[]) => {
    const shell = fakeShell({ time: start + 10_000, environment: { NO_COLOR: "1", ...server.environment } });
    const code = await runProgram(args, shell, "0.0.0");
    return { code, out: shell.written.out, err: shell.written.err };
  };
  return { run, told, server };
}

const idle = (items: readonly RolloutDetail[]): Handlers => ({ listRollouts: () => ({ value: { items } }) });

test("a command is about the rollout of a service that is under way, or that of a number", async (t) => {
  const { run, told } = await platform(t);
  const paused = await run("pause", "user");
  assert.deepEqual(
    [paused.code, paused.out],
    [
      0,
      `✓ user  rollout 18 is paused: it goes no further
  behind it: rollout 19
  go on    fairway resume user
  follow   fairway rollouts 18 --follow
`,
    ],
  );
  for (const command of ["resume", "promote", "skip-analysis"]) assert.equal((await run(command, "18")).code, 0);
  assert.deepEqual(told, [
    [18, "pause"],
    [18, "resume"],
    [18, "promote"],
    [18, "skip-analysis"],
  ]);
  const json = await run("promote", "user", "--json");
  assert.deepEqual(JSON.parse(json.out), { rollout: 18, service: "user", command: "promote", answer: "accepted" });
});

test("a refusal tells its reason; nothing under way, what else there is", async (t) => {
  const refusal = { code: "command-refused", title: "Rollout 18 of user is not promoted", status: 409 };
  const { run } = await platform(t, {
    commandRollout: () => ({ problem: { ...refusal, detail: "it is paused: resume it first" } }),
  });
  const refused = await run("promote", "user");
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, /^Rollout 18 of user is not promoted: it is paused: resume it first/);
  const { run: runIdle } = await platform(t, idle([before]));
  const nothing = await runIdle("abort", "user");
  assert.equal(nothing.code, 1);
  assert.match(nothing.err, /^Nothing of user is being rolled out in prod\.\n {2}do [\s\S]*fairway rollback user\n$/);
});

test("one that nobody drives keeps the command for later", async (t) => {
  const { run } = await platform(t, {
    commandRollout: () => ({ value: { rollout: 18, command: { type: "abort" }, answer: "stored" } }),
  });
  const ended = await run("abort", "user");
  assert.equal(ended.code, 0);
  assert.match(ended.out, /^· user {2}rollout 18 is told to abort: nobody drives it now/);
});

test("abort --follow and rollback of a deploy that is under way end well when the release before is back", async (t) => {
  const { run, told, server } = await platform(t);
  assert.equal((await run("abort", "user", "--follow")).code, 0);
  const { run: runOne, told: toldOne } = await platform(t, idle([running, before]));
  assert.equal((await runOne("rollback", "user")).code, 0);
  assert.deepEqual([told, toldOne], [[[18, "abort"]], [[18, "abort"]]]);
  assert.ok(!server.calls.includes("createRollout"));
});

test("a rollback that is under way is not turned back by a second one", async (t) => {
  const rolling = rollout({ number: 20, kind: "rollback" });
  const { run, told } = await platform(t, {
    ...idle([rolling, before]),
    createRollout: () => ({ problem: { code: "rollout-active", title: "Rollout 20 is under way", status: 409 } }),
  });
  const ended = await run("rollback", "user");
  assert.deepEqual([ended.code, told], [1, []]);
});

test("queue and supersede go with a rollback; both at once are wrong usage", async (t) => {
  const asked: unknown[] = [];
  const { run } = await platform(t, {
    createRollout: ({ body }) => {
      asked.push(Object(body).whenBusy);
      return { value: rollout({ number: 21, kind: "rollback" }) };
    },
  });
  await run("rollback", "user", "--queue");
  await run("rollback", "user", "5b02", "--supersede");
  assert.deepEqual(asked, ["queue", "supersede"]);
  assert.equal((await run("rollback", "user", "--queue", "--supersede")).code, 2);
});

test("a gate is told once where no line moves, in a pipe or in CI", async (t) => {
  const gate = rollout({
    phase: "balancing",
    steps: [
      { wave: 0, index: 0, weight: 50, status: "holding", since: at(5), promoted: false, analysisSkipped: false },
    ],
  });
  const { run } = await platform(t, {
    followRollout: () => ({
      events: [gate, { ...gate, sequence: 2 }, back].map((data, index) => ({ id: String(index), data })),
      end: "end",
    }),
  });
  const { out } = await run("rollouts", "18", "--follow");
  assert.equal(out.match(/50 % to the new release waits for a person: fairway promote user\n/g)?.length, 1);
});
