import assert from "node:assert/strict";
import { test } from "node:test";
import { type CauseCode, causeHeadline } from "./index.ts";

test("a cause of several clusters is one line", () => {
  const cause = (cluster: string, code: CauseCode = "CrashLoop") => ({ code, summary: `it has ${code}`, cluster });
  assert.equal(causeHeadline([]), undefined);
  assert.equal(causeHeadline([cause("alpha")]), "it has CrashLoop (CrashLoop in alpha)");
  const four = [cause("alpha"), cause("beta", "OutOfMemory"), cause("gamma"), cause("delta"), cause("delta")];
  assert.equal(causeHeadline(four), "it has CrashLoop (CrashLoop in alpha, gamma and delta)");
});
