/** What an API, a network and others may do at any call, over simulated clusters: chosen by a seed among all that fits the call. */
import { describe, it } from "node:test";
import { type Fault, randomFaults } from "@fairway/minicluster/simulation";
import { runStory } from "./run-story.ts";
import { makeRuns, type NamedRun, numberOf } from "./runs.ts";
import { type Story, stories } from "./stories.ts";

/** Of each story. */
const runs = 30;

async function runsOf(story: Story): Promise<readonly NamedRun[]> {
  const { apiCalls } = await runStory(story, { kind: "simulated" });
  const calls = apiCalls.map((call, index) => ({ ...call, number: index + 1 }));
  return Array.from({ length: runs }, (_, index): NamedRun => {
    const seed = `${story.title}/api/${index + 1}`;
    const apiFaults: readonly Fault[] = randomFaults({ seed: numberOf(seed), calls, count: 1 + (index % 3) });
    return { seed, where: "simulated", run: () => runStory(story, { kind: "simulated", apiFaults, strict: false }) };
  });
}

describe("an API that does what it may", () => {
  for (const story of stories) {
    if (story.memoryOnly) continue;
    it(`ends ${story.title} with one decision`, async () => makeRuns(await runsOf(story)));
  }
});
