import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { AuditEntry } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { at, start } from "../testing/rollout-detail.ts";

const deployed: AuditEntry = {
  ...{ id: 42, at: at(-60), actor: "olga", permission: "services:deploy", command: "createRollout" },
  ...{ target: "user 7c41e0b8a402", outcome: "accepted" },
};
const entries: readonly AuditEntry[] = [
  deployed,
  {
    ...{ id: 41, at: at(-90), actor: "ivan", permission: "rollouts:command", command: "commandRollout" },
    ...{ target: "18", outcome: "refused", detail: "command-refused" },
  },
];

async function run(t: TestContext, items: readonly AuditEntry[], ...args: readonly string[]) {
  const asked: unknown[] = [];
  const server = await fakeServer(t, {
    listAudit: ({ query }) => {
      asked.push(query);
      return { value: { items } };
    },
  });
  const shell = fakeShell({ time: start, environment: { NO_COLOR: "1", ...server.environment } });
  return { code: await runProgram(args, shell, "0.0.0"), out: shell.written.out, err: shell.written.err, asked };
}

test("fairway audit: who did what, and what was refused why; fits 80 columns", async (t) => {
  const { code, out } = await run(t, entries, "audit");
  assert.equal(code, 0);
  assertGolden("questions/audit.txt", out);
  for (const line of out.split("\n")) assert.ok(line.length <= 80, line);
});

test("fairway audit: asks for what was said, page by page; --json is what the API gives", async (t) => {
  const narrow = ["user", "--actor", "olga", "--refused", "--before", "41", "--limit", "5"];
  const { asked, out } = await run(t, [deployed], "audit", ...narrow, "--json");
  assert.deepEqual(asked, [{ about: "user", actor: "olga", outcome: "refused", before: 41, limit: 5 }]);
  assert.deepEqual(JSON.parse(out), { items: [deployed] });
});

test("fairway audit: nothing found is said; a number that is none is refused before anything is asked", async (t) => {
  assert.equal((await run(t, [], "audit", "nobody")).out, "No such commands.\n");
  const wrong = await run(t, [], "audit", "--before", "yesterday");
  assert.deepEqual([wrong.code, wrong.asked], [2, []]);
  assert.match(wrong.err, /--before takes a whole number/);
});
