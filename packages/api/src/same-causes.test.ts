import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCrashed, sameCauses } from "./same-causes.ts";
import type { Cause } from "./schemas.ts";

const crash: Cause = {
  code: "CrashLoop",
  severity: "fatal",
  summary: "the service crashes when it starts",
  cluster: "alpha",
  object: "Pod/user-a-1",
  container: "app",
  count: 2,
  exitCode: 3,
  advice: "read the log",
};
const waiting: Cause = { ...crash, code: "ReadinessFailing", severity: "transient", summary: "not ready yet" };

test("the same in several clusters is one thing, and the worst comes first", () => {
  const elsewhere = { ...crash, cluster: "beta", object: "Pod/user-a-9", exitCode: 4 };
  assert.deepEqual(sameCauses([waiting, crash, elsewhere]), [[crash, elsewhere], [waiting]]);
  assert.equal(sameCauses([crash, { ...crash, severity: "likely" }]).length, 2);
  assert.deepEqual(sameCauses([]), []);
});

test("a container that ended or was restarted has said why before its restart", () => {
  const { exitCode: _, ...running } = crash;
  assert.deepEqual(
    [hasCrashed(crash), hasCrashed(running), hasCrashed({ ...running, restarts: 1 })],
    [true, false, true],
  );
});
