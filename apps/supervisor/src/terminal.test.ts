import assert from "node:assert/strict";
import { test } from "node:test";
import { textTerminal } from "./terminal.ts";

test("a pipe gets settled lines only, in the order in which things settle", () => {
  let written = "";
  let now = 0;
  const terminal = textTerminal({ write: (text) => (written += text) }, () => now);
  const alpha = terminal.begin("cluster alpha");
  const beta = terminal.begin("cluster beta");
  now = 800;
  beta.done();
  now = 1_240;
  alpha.failed("port taken");
  assert.equal(written, "  ✓ cluster beta        0.8 s\n  ✗ cluster alpha       1.2 s   port taken\n");
});

test("a terminal shows what is under way, and leaves nothing of it behind", () => {
  let written = "";
  const terminal = textTerminal({ write: (text) => (written += text), isTTY: true }, () => 0);
  terminal.begin("server").done();
  assert.ok(written.includes("  … server"));
  assert.ok(written.endsWith("\r\u001b[K  ✓ server              0.0 s\n"));
});
