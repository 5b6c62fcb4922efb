import assert from "node:assert/strict";
import { test } from "node:test";
import type { RolloutIndex, RolloutListing } from "@fairway/catalog";
import { type JournalRecord, type RolloutEvent, view } from "@fairway/rollout";
import { createRolloutReader } from "./rollout-reader.ts";

const header = {
  ...{ number: 7, environment: "prod", service: "user", from: undefined, to: "aaa", actor: "admin" },
  ...({ strategy: "rolling", kind: "deploy", createdAt: "2026-01-01T00:00:00Z" } as const),
};
const listing: RolloutListing = {
  ...header,
  ...{ status: "unfinished", reason: undefined, endedAt: undefined, converging: [] },
};
const ended: RolloutEvent = { type: "ended", status: "refused", reason: "no room", findings: [], converging: [] };

function readerOf(records: readonly JournalRecord<RolloutEvent>[]) {
  let reads = 0;
  const index: RolloutIndex = { list: async () => [listing], latest: async () => ({}), ...untouched };
  const engine = {
    view: async () => {
      reads += 1;
      return view(header, records);
    },
    entries: async () => undefined,
  };
  const reader = createRolloutReader(
    index,
    engine,
    async () => ({ words: [], objects: [] }),
    async () => undefined,
  );
  return { reader, reads: () => reads };
}

const untouched: Pick<RolloutIndex, "byKey" | "trim"> = {
  byKey: () => assert.fail("nobody asks by key"),
  trim: () => assert.fail("nobody trims"),
};

test("a list reads the journal of an unfinished rollout once for each of its entries", async () => {
  const records: JournalRecord<RolloutEvent>[] = [];
  const { reader, reads } = readerOf(records);
  const list = async () => (await reader.list({ limit: 10 }))[0]?.status;
  assert.deepEqual([await list(), await list()], ["queued", "queued"]);
  reader.changed(7);
  assert.equal(await list(), "queued", "how its pods are is in no list");
  assert.equal(reads(), 1);

  records.push({ rollout: 7, sequence: 1, epoch: 1, at: "2026-01-01T00:00:01Z", body: ended });
  reader.appended(7);
  assert.equal(await list(), "refused");
  assert.equal(reads(), 2);
});
