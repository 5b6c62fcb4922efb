import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { RolloutEntry } from "@fairway/api";
import type { ServerProcess } from "./server-process.ts";

/** How long a rollout may take, with everything that is done to it, in milliseconds. */
const patience = 150_000;

/** Waits for the end of a rollout, whoever is away meanwhile. */
export async function untilEnded({ client, log }: ServerProcess, number: number): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const seen = await client.getRollout({ params: { number } }).catch(() => undefined);
    if (seen?.endedAt !== undefined) return;
    if (Date.now() > deadline) {
      assert.fail(`rollout ${number} does not end: ${seen?.waitsFor}\n${(await log()).slice(-3_000)}`);
    }
    await pause(150);
  }
}

/** A rollout that has ended so, by one decision, in a journal without gaps that folds to this end. Gives its entries. */
export async function checkJournal(
  { client }: ServerProcess,
  number: number,
  ends: "succeeded" | "failed",
): Promise<readonly RolloutEntry[]> {
  const [seen, { items }] = await Promise.all([
    client.getRollout({ params: { number } }),
    client.listRolloutEntries({ params: { number } }),
  ]);
  const story = `rollout ${number} of ${seen.service}\n${items.map(({ words }) => words).join("\n")}`;
  assert.equal(seen.status, ends, `${seen.reason}, ${story}`);
  const decisions = items.map(({ type }) => type).filter((type) => type === "committed" || type === "abort");
  assert.deepEqual(decisions, [ends === "succeeded" ? "committed" : "abort"], story);
  const numbers = items.map((_, index) => index + 1);
  assert.deepEqual([items.map(({ sequence }) => sequence), seen.sequence], [numbers, items.length], story);
  assert.equal(items.at(-1)?.type, "ended", story);
  return items;
}
