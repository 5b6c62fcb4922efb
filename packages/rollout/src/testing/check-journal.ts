import assert from "node:assert/strict";
import type { JournalRecord, RolloutHeader } from "../ports.ts";
import { fold, foldNext } from "../state/fold.ts";
import type { RolloutEvent } from "../state/rollout-event.ts";
import type { RolloutState } from "../state/rollout-state.ts";
import { entries } from "../state/view/entries.ts";
import { view } from "../state/view/view.ts";

type Records = readonly JournalRecord<RolloutEvent>[];

/**
 * What holds for every journal of a rollout that has ended, whatever happened on the way: one decision, what follows from it
 * stands behind it, and it reads the same whether in one go, entry by entry, or from what a database gives back.
 */
export function checkJournal(header: RolloutHeader, records: Records): void {
  const bodies = records.map(({ body }) => body);
  const types = bodies.map(({ type }) => type);
  const count = (type: RolloutEvent["type"]): number => types.filter((one) => one === type).length;
  const behind = (type: RolloutEvent["type"], first: RolloutEvent["type"]): void => {
    const at = types.indexOf(type);
    const cause = types.indexOf(first);
    assert.ok(at < 0 || (cause >= 0 && cause < at), `${type} without ${first} before it: ${types.join(" ")}`);
  };

  assert.deepEqual(
    records.map(({ sequence }) => sequence),
    records.map((_, index) => index + 1),
    "no gap in the journal",
  );
  records.slice(1).forEach(({ epoch }, index) => {
    assert.ok(epoch >= (records[index]?.epoch ?? 0), `epochs never fall: ${records.map((one) => one.epoch).join(" ")}`);
  });

  assert.ok(count("abort") + count("committed") <= 1, `one decision: ${types.join(" ")}`);
  assert.ok(count("begun") <= 1, "it begins once");
  assert.equal(count("ended"), 1, `it ends once: ${types.join(" ")}`);
  assert.equal(count("closed"), bodies.some((one) => one.type === "ended" && one.converging.length > 0) ? 1 : 0);
  for (const type of types) if (type !== "ended" && type !== "begun" && type !== "closed") behind(type, "begun");
  behind("restored", "abort");
  behind("shifted", "step");
  behind("converged", "ended");
  checkDecision(bodies, types);
  checkPassages(bodies);
  checkReading(header, records);
}

/** Nothing of the former release goes before the commit point, and the end says what was decided. */
function checkDecision(bodies: readonly RolloutEvent[], types: readonly RolloutEvent["type"][]): void {
  const cleanup = bodies.findIndex((one) => one.type === "phase" && one.phase === "cleanup");
  const committed = types.indexOf("committed");
  assert.ok(cleanup < 0 || (committed >= 0 && committed < cleanup), "cleanup stands behind the commit point");
  const end = bodies.find((one) => one.type === "ended");
  if (end?.status === "succeeded") assert.ok(committed >= 0, "what succeeded was committed");
  if (end?.status === "failed") assert.ok(types.includes("abort"), "what failed was turned back");
  if (end?.status === "refused") assert.ok(committed < 0 && !types.includes("abort"), "what was refused did nothing");
}

/** Each phase is begun, passed, and then followed by another; `db` is passed by a migration that succeeded. */
function checkPassages(bodies: readonly RolloutEvent[]): void {
  const begun = new Set<string>();
  const passed = new Set<string>();
  let job: { readonly uid: string; readonly status: string } | undefined;
  for (const body of bodies) {
    if (body.type === "phase" || body.type === "committed") {
      const open = [...begun].filter((phase) => !passed.has(phase));
      assert.deepEqual(open, [], "passed by nobody, and yet it went on");
    }
    if (body.type === "phase") begun.add(body.phase);
    if (body.type === "done") {
      assert.ok(begun.has(body.phase), `${body.phase} was passed before it began`);
      assert.ok(body.phase !== "db" || job?.status === "succeeded", "the migration succeeded before db was passed");
      passed.add(body.phase);
    }
    if (body.type !== "migration") continue;
    assert.ok(job === undefined || job.uid === body.uid, "one migration Job");
    job = body;
  }
}

function checkReading(header: RolloutHeader, records: Records): void {
  let state = fold(header, []);
  records.forEach((record, index) => {
    state = foldNext(state, record);
    view(header, records.slice(0, index + 1));
  });
  entries(records);
  const stored: Records = JSON.parse(JSON.stringify(records));
  assert.equal(asText(fold(header, stored)), asText(state), "the journal folds to the same state");
  assert.equal(asText(fold(header, records)), asText(state), "the journal folds to the same state");
}

/** What is undefined and what is absent are the same. */
function asText(state: RolloutState): string {
  return JSON.stringify({ ...state, answered: [...state.answered] });
}
