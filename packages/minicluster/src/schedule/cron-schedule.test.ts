import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, parseCronSchedule } from "./cron-schedule.ts";

function following(schedule: string, from: string, count: number, zone?: string): (string | undefined)[] {
  const parsed = parseCronSchedule(schedule, zone);
  let time: number | undefined = Date.parse(from);
  return Array.from({ length: count }, () => {
    time = parsed.next(time ?? Number.NaN);
    return time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);
  });
}

const cases: readonly (readonly [schedule: string, from: string, ...expected: (string | undefined)[]])[] = [
  ["*/15 * * * *", "2026-03-01T10:07:30Z", "2026-03-01T10:15", "2026-03-01T10:30"],
  ["0 0 * * *", "2026-12-31T00:00:00Z", "2027-01-01T00:00"],
  ["@hourly", "2026-03-01T10:00:00Z", "2026-03-01T11:00"],
  ["@every 90s", "2026-03-01T10:00:00Z", "2026-03-01T10:01", "2026-03-01T10:03"],
  ["5/20 9-17 * * mon-fri", "2026-03-06T17:30:00Z", "2026-03-06T17:45", "2026-03-09T09:05"],
  // With both fields of days given either one is enough.
  ["0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00", "2026-03-13T00:00"],
  ["0 0 */2 * 5", "2026-03-01T00:00:00Z", "2026-03-03T00:00"],
  ["0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00"],
  ["59 23 31 2 *", "2026-03-01T00:00:00Z", undefined],
  ["0 12 1 JAN,jul ?", "2026-03-01T00:00:00Z", "2026-07-01T12:00", "2027-01-01T12:00"],
];

for (const [schedule, from, ...expected] of cases) {
  test(`${schedule} after ${from}`, () => assert.deepEqual(following(schedule, from, expected.length), expected));
}

test("a time zone keeps its hour when clocks change", () => {
  const expected = ["2026-03-28T06:00", "2026-03-29T05:00", "2026-03-30T05:00"];
  assert.deepEqual(following("0 7 * * *", "2026-03-27T12:00:00Z", 3, "Europe/Berlin"), expected);
  const autumn = ["2026-10-24T05:00", "2026-10-25T06:00", "2026-10-26T06:00"];
  assert.deepEqual(following("0 7 * * *", "2026-10-23T12:00:00Z", 3, "Europe/Berlin"), autumn);
  // The day that begins at 1:00.
  assert.deepEqual(following("0 1 * * 0", "2026-09-01T12:00:00Z", 1, "America/Santiago"), ["2026-09-06T04:00"]);
});

const wrong: readonly (readonly [string, RegExp])[] = [
  ["* * * *", /^expected exactly 5 fields, found 4: \[\* \* \* \*\]$/],
  ["60 * * * *", /^end of range \(60\) above maximum \(59\): 60$/],
  ["* * 0 * *", /^beginning of range \(0\) below minimum \(1\): 0$/],
  ["a * * * *", /^failed to parse int from a: strconv\.Atoi: parsing "a": invalid syntax$/],
  ["5-1 * * * *", /^beginning of range \(5\) beyond end of range \(1\): 5-1$/],
  ["*/0 * * * *", /^step of range should be a positive number: \*\/0$/],
  ["@often", /^unrecognized descriptor: @often$/],
  ["@every soon", /^failed to parse duration @every soon: time: invalid duration "soon"$/],
];

for (const [schedule, message] of wrong) {
  test(`${schedule} is refused`, () => assert.throws(() => parseCronSchedule(schedule), { message }));
}

test("time zones are those of the database", () => {
  assert.deepEqual(["Europe/Berlin", "Etc/UTC", "+01", "Mars/Olympus"].map(isTimeZone), [true, true, false, false]);
});
