import assert from "node:assert/strict";
import { test } from "node:test";
import { plainStyle } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { printable } from "../terminal/text.ts";
import { cause, cluster, rollout } from "../testing/rollout-detail.ts";
import { outcomeScreen } from "./outcome-screen.ts";
import { rolloutScreen } from "./rollout-screen.ts";

/** Clears the screen, sets the title, colours by an 8-bit sequence, rings, goes back, turns the direction of writing. */
const hostile = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u0007\r\n\u0008\u202e";
const steering = /[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/u;
const look = { width: 100, style: plainStyle };

test("what may steer a terminal does not reach it; letters of all scripts and tabs do", () => {
  assert.equal(printable(`a${hostile}b`), "ab");
  assert.equal(printable("\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\"), "link");
  assert.equal(printable("äש😀\té"), "äש😀\té");
  // Half of a sequence, whose other half another line could bring.
  assert.doesNotMatch(printable("a\u001b"), steering);
  assert.doesNotMatch(printable("\u001b\u001b[2J[2J"), steering);
});

test("cells of a table are text, whoever wrote them", () => {
  const lines = table([{ name: `web${hostile}` }], [{ title: "NAME", cell: ({ name }) => name }], look);
  assert.deepEqual(lines, ["NAME", "web"]);
});

test("a rollout told by a hostile server, of a hostile service", () => {
  const poisoned = cause({
    summary: `s${hostile}`,
    cluster: "beta",
    object: `Pod/p${hostile}`,
    container: `c${hostile}`,
    message: `m${hostile}`,
    lastLog: [`l${hostile}`],
    advice: `a${hostile}`,
  });
  for (const status of ["running", "failed", "refused", "succeeded"] as const) {
    const detail = rollout({
      status,
      reason: `r${hostile}`,
      actor: `x${hostile}`,
      changes: [`env ${hostile}`],
      causes: [poisoned],
      findings: [{ cluster: "beta", code: "x", message: `f${hostile}`, advice: `d${hostile}` }],
      clusters: [
        cluster("beta", { prepare: `done 0 1: ${hostile}`, app: `running 1: ${hostile}` }, { suspect: poisoned }),
      ],
    });
    const lines = [
      ...rolloutScreen(detail, { ...look, now: Date.parse(detail.createdAt) }).flatMap((line) => line.lines),
      ...outcomeScreen(detail, { ...look, url: "http://127.0.0.1:7070" }),
    ];
    for (const line of lines) assert.doesNotMatch(line, steering, `${status}: ${JSON.stringify(line)}`);
  }
});
