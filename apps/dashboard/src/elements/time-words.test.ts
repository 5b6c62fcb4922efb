import assert from "node:assert/strict";
import { test } from "node:test";
import { durationWords, relativeTime } from "./time-words.ts";

const second = 1000;
const now = Date.parse("2025-03-01T12:00:00Z");

test("an age is told in its largest unit, a long one as a date", () => {
  const told = [2, 12, 59, 60, 3599, 3600, 86_399, 86_400, 40 * 86_400].map((age) =>
    relativeTime(now - age * second, now),
  );
  assert.deepEqual(told, [
    "just now",
    "12 s ago",
    "59 s ago",
    "1 min ago",
    "59 min ago",
    "1 h ago",
    "23 h ago",
    "1 d ago",
    "2025-01-20",
  ]);
});

test("a clock that is behind the server's tells no negative age", () => {
  assert.equal(relativeTime(now + 3 * second, now), "just now");
  assert.equal(durationWords(-20), "0.0 s");
});

test("a duration keeps two units", () => {
  const told = [0.44, 9.96, 12, 130, 3840].map((time) => durationWords(time * second));
  assert.deepEqual(told, ["0.4 s", "9.9 s", "12 s", "2 min 10 s", "1 h 4 min"]);
});
