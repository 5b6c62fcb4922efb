import assert from "node:assert/strict";
import { test } from "node:test";
import { changeSignal } from "./change-signal.ts";

test("what comes last is told at once, also while something was waited to follow", async (t) => {
  const signal = changeSignal<string>();
  const stop = new AbortController();
  t.after(() => stop.abort());
  const subscribe = (of: string) =>
    signal.subscribe(
      (what) => what.startsWith(of),
      stop.signal,
      (what) => what.endsWith("ended"),
    );
  const [one, other] = [subscribe("one"), subscribe("other")];
  const told: string[] = [];
  const first = one.next(60_000).then(() => told.push("one"));
  other.next(60_000).then(() => told.push("other"));
  signal.publish("one goes on");
  signal.publish("other goes on");
  signal.publish("one ended");
  await first;
  assert.deepEqual(told, ["one"]);
});
