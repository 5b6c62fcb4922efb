/**
 * The real server is killed at points of real rollouts and started again: each ends by one decision, everywhere, and no request
 * fails. `npm run soak` does it more often, or at one point.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Killing, type Round, type Shown, services, startKilling } from "./killing/kill-rounds.ts";
import { parseRound, recordedPoints, recordedRounds, roundsOf, roundText } from "./killing/plan-rounds.ts";

const kills = Number(process.env["FAIRWAY_KILLS"] ?? 20);
/** Only this round. */
const only = process.env["FAIRWAY_KILL_AT"];
/** A bound for machines with much else to do; what it takes on a quiet one is the benchmark's to say. */
const longestResume = 60_000;

describe("kill -9 of the server", () => {
  const ends: (() => Promise<void>)[] = [];
  let killing: Killing;
  const recorded: Shown[] = [];
  before(async () => {
    killing = await startKilling({ after: (work) => void ends.push(work) });
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  it("rollouts of every kind, side by side, left alone", async () => {
    // For one point they need not be counted, only something to go back to.
    const rounds = only === undefined ? recordedRounds : recordedRounds.slice(-1);
    for (const round of rounds) recorded.push(await killing.play(round));
  });

  it(`${only ?? `${kills} points`}: one decision, on both clusters, and no request fails`, async () => {
    const points = only === undefined ? recordedPoints(recorded) : new Map();
    const all = [...points].map(([kind, { length }]) => `${kind} ${length}`);
    if (only === undefined) tell(`points by kind: ${all.join(", ")}`);
    const rounds: readonly Round[] = only === undefined ? roundsOf(kills, points) : [parseRound(only)];
    const shown: Shown[] = [];
    for (const round of rounds) {
      assert.deepEqual(parseRound(roundText(round)), round, "it can be played again by its text");
      const begun = Date.now();
      const one = await killing.play(round).catch((error: unknown) => {
        throw new Error(`again: npm run soak -- --point ${roundText(round)}`, { cause: error });
      });
      shown.push(one);
      const at = `${roundText(round)}: ${one.exact} of ${round.rollouts.length} there`;
      // For who watches a soak.
      console.log(`${shown.length}/${rounds.length} ${at}, resumed ${one.resumed ?? "-"} ms, ${Date.now() - begun} ms`);
    }
    const exact = shown.reduce((sum, one) => sum + one.exact, 0);
    const resumed = shown.flatMap((one) => one.resumed ?? []).toSorted((one, other) => one - other);
    const [least, median, most] = [resumed[0], resumed[Math.floor(resumed.length / 2)], resumed.at(-1)];
    tell(`${exact} rollouts stood at their points in ${shown.length} kills; ${killing.answered()} requests, 0 failed`);
    tell(`from the next process to its first action: min ${least}, median ${median}, max ${most} ms`);
    assert.ok(exact >= (rounds.length * services.length) / 2 || only !== undefined, `${exact} stood at their points`);
    assert.ok(median === undefined || median < longestResume, `${median} ms`);
  });

  it("what follows goes through, and the command line tells its journal", async () => {
    await killing.play(recordedRounds[0] ?? { rollouts: [] });
    const { items } = await killing.server.client.listRollouts({ query: { limit: 1 } });
    const told = JSON.parse(await killing.server.fairway(0, "rollouts", String(items[0]?.number), "--json"));
    assert.equal(told.number, items[0]?.number);
  });
});

function tell(words: string): void {
  console.log(`kubernetes: kill -9: ${words}`);
}
