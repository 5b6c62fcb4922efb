/** Every journal write and every call to a cluster of a recorded rollout is a point at which an engine may be hurt. */
import { describe, it } from "node:test";
import type { EngineFault } from "./engine-faults.ts";
import { runStory } from "./run-story.ts";
import { makeRuns, type NamedRun, numberOf } from "./runs.ts";
import { type Story, storyOf } from "./stories.ts";

interface Hurt {
  readonly name: string;
  /** At each call, or only at those that write. */
  readonly reads: boolean;
  readonly what: EngineFault;
}

const everyHurt: readonly Hurt[] = [
  { name: "killed-before", reads: true, what: { kind: "kill", when: "before", restart: "other" } },
  { name: "killed-after", reads: false, what: { kind: "kill", when: "after", restart: "same" } },
  { name: "answer-lost", reads: false, what: { kind: "lost" } },
  { name: "refused", reads: false, what: { kind: "refused" } },
  { name: "paused", reads: false, what: { kind: "pause", milliseconds: 40_000 } },
];

/** Of stories whose rollouts are told one by one elsewhere: what is left is who comes after whom. */
export const kills: readonly Hurt[] = everyHurt
  .filter(({ what }) => what.kind === "kill")
  .map((hurt) => ({ ...hurt, reads: false }));

async function runsOf(story: Story, hurts: readonly Hurt[]): Promise<readonly NamedRun[]> {
  const { calls } = await runStory(story, { kind: "memory" });
  return hurts.flatMap(({ name, reads, what }) =>
    calls.flatMap(({ writes }, index): readonly NamedRun[] => {
      if (!writes && !reads) return [];
      const seed = `${story.title}/${name}/${index + 1}`;
      const engineFaults = [{ engine: 1, call: index + 1, what }];
      const run = () => runStory(story, { kind: "memory", seed: numberOf(seed), engineFaults });
      return [{ seed, where: "memory", run }];
    }),
  );
}

/** Tests of these stories. */
export function hurtEverywhere(titles: readonly string[], hurts = everyHurt): void {
  describe("an engine that is hurt at any of its calls", () => {
    for (const title of titles) {
      it(`ends ${title} with one decision`, async () => makeRuns(await runsOf(storyOf(title), hurts)));
    }
  });
}
