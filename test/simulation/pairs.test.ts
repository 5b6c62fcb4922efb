/** Pairs of faults that a seed chooses: over memory clusters many, over simulated ones fewer. */
import { describe, it } from "node:test";
import { seededRandom } from "@fairway/minicluster/simulation";
import type { EngineFault, PlacedFault } from "./engine-faults.ts";
import { runStory } from "./run-story.ts";
import { makeRuns, type NamedRun, numberOf } from "./runs.ts";
import { type Story, stories } from "./stories.ts";
import type { WorldKind } from "./world.ts";

/** These alone change nothing about how a rollout ends. */
const ofEngines: readonly EngineFault[] = [
  { kind: "kill", when: "before", restart: "other" },
  { kind: "kill", when: "before", restart: "same" },
  { kind: "kill", when: "after", restart: "same" },
  { kind: "kill", when: "after", restart: "other" },
  { kind: "pause", milliseconds: 22_000 },
  { kind: "pause", milliseconds: 60_000 },
];

const ofTheWorld: readonly EngineFault[] = [
  { kind: "lost" },
  { kind: "refused" },
  { kind: "journal-down", milliseconds: 5_000 },
  { kind: "journal-down", milliseconds: 25_000 },
  { kind: "cut", cluster: "alpha", milliseconds: 4_000 },
  { kind: "cut", cluster: "alpha", milliseconds: 45_000 },
  { kind: "cut", cluster: "beta", milliseconds: 45_000 },
  { kind: "cut", cluster: "beta", milliseconds: 200_000 },
  { kind: "clock-jump", milliseconds: 3_600_000 },
  { kind: "clock-jump", milliseconds: -3_600_000 },
];

interface Sample {
  readonly title: string;
  readonly kind: WorldKind;
  /** Of each story. */
  readonly runs: number;
  readonly faults: readonly EngineFault[];
  readonly strict: boolean;
}

const samples: readonly Sample[] = [
  { title: "killed-or-paused-twice", kind: "memory", runs: 20, faults: ofEngines, strict: true },
  { title: "hurt-twice", kind: "memory", runs: 40, faults: [...ofEngines, ...ofTheWorld], strict: false },
  { title: "killed-or-paused-twice", kind: "simulated", runs: 6, faults: ofEngines, strict: true },
  { title: "hurt-twice", kind: "simulated", runs: 15, faults: [...ofEngines, ...ofTheWorld], strict: false },
];

/** Two faults of the first engine, or one of the first and one of the second. */
function faultsOf(seed: string, calls: number, faults: readonly EngineFault[]): readonly PlacedFault[] {
  const random = seededRandom(numberOf(seed));
  const place = (engine: number): PlacedFault[] => {
    const what = faults[Math.floor(random() * faults.length)];
    return what === undefined ? [] : [{ engine, call: 1 + Math.floor(random() * calls), what }];
  };
  return [...place(1), ...place(random() < 0.5 ? 1 : 2)];
}

async function runsOf(story: Story, { title, kind, runs, faults, strict }: Sample): Promise<readonly NamedRun[]> {
  const { calls } = await runStory(story, { kind });
  return Array.from({ length: runs }, (_, index): NamedRun => {
    const seed = `${story.title}/${kind}/${title}/${index + 1}`;
    const engineFaults = faultsOf(seed, calls.length, faults);
    return { seed, where: kind, run: () => runStory(story, { kind, seed: numberOf(seed), engineFaults, strict }) };
  });
}

for (const sample of samples) {
  describe(`engines and worlds, ${sample.title}, over ${sample.kind} clusters`, () => {
    for (const story of stories) {
      if (sample.kind === "simulated" && story.memoryOnly) continue;
      it(`end ${story.title} with one decision`, async () => makeRuns(await runsOf(story, sample)));
    }
  });
}
