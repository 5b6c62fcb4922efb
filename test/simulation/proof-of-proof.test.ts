/** The runs of this suite find it when one write or one precondition is taken out of the engine. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EngineHooks } from "@fairway/rollout/testing";
import {
  withEndlessLease,
  withoutDeletes,
  withoutEntry,
  withoutInventory,
  withoutInventoryVersion,
  withoutPreconditions,
} from "./broken-ports.ts";
import type { EngineFault } from "./engine-faults.ts";
import { runStory } from "./run-story.ts";
import { storyOf } from "./stories.ts";

const killed: EngineFault = { kind: "kill", when: "after", restart: "other" };
const paused: EngineFault = { kind: "pause", milliseconds: 22_000 };

interface Mutation {
  readonly title: string;
  readonly through: () => NonNullable<EngineHooks["through"]>;
  /** Which find it; without a fault: the run that nothing hurts. */
  readonly story: string;
  readonly by?: EngineFault;
}

const mutations: readonly Mutation[] = [
  { title: "the entry that it has begun", through: () => withoutEntry("begun"), story: "replacement" },
  { title: "the entry of a phase", through: () => withoutEntry("phase"), story: "replacement" },
  { title: "the entry that a phase is done", through: () => withoutEntry("done"), story: "replacement" },
  { title: "the entry of a step", through: () => withoutEntry("step"), story: "canary-replicas" },
  { title: "the commit point", through: () => withoutEntry("committed"), story: "replacement" },
  { title: "the decision to turn back", through: () => withoutEntry("abort"), story: "failing" },
  { title: "the migration's uid", through: () => withoutEntry("migration"), story: "migration" },
  { title: "every precondition of a write", through: () => withoutPreconditions, story: "failing", by: paused },
  { title: "the version of the inventory", through: () => withoutInventoryVersion, story: "failing", by: paused },
  { title: "the inventory", through: () => withoutInventory, story: "replacement" },
  { title: "the end of a lease", through: () => withEndlessLease, story: "replacement", by: killed },
  { title: "deletes", through: () => withoutDeletes, story: "failing" },
];

/** What the first run says that finds it. */
async function finding({ story: title, through, by }: Mutation): Promise<string | undefined> {
  const story = storyOf(title);
  const { calls } = await runStory(story, { kind: "memory" });
  const points = by === undefined ? [0] : calls.flatMap(({ writes }, index) => (writes ? [index + 1] : []));
  for (const call of points) {
    const engineFaults = by === undefined ? [] : [{ engine: 1, call, what: by }];
    try {
      await runStory(story, { kind: "memory", engineFaults, through: through() });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

describe("an engine without", () => {
  for (const mutation of mutations) {
    it(`${mutation.title} is found`, async (t) => {
      const found = await finding(mutation);
      assert.ok(found !== undefined, "no run found it");
      t.diagnostic(found.split("\n")[0] ?? "");
    });
  }
});
