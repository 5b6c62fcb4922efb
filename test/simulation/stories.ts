/** Rollouts that are hurt in every way: what was before, what is asked for, and how it ends when only engines are hurt. */
import type { Command, RolloutView } from "@fairway/rollout";
import type { Asking, ReleaseOptions } from "@fairway/rollout/testing";

export interface Story {
  readonly title: string;
  /** `alpha` and `beta` unless told. */
  readonly clusters?: readonly string[];
  readonly router?: "gateway";
  /** A cluster that is new to the environment. */
  readonly joins?: string;
  /** Memory clusters alone have what it needs. */
  readonly memoryOnly?: true;
  readonly releases: Readonly<Record<string, ReleaseOptions>>;
  /** Deployed before, in order. */
  readonly before: readonly string[];
  readonly to: string | undefined;
  readonly how?: Asking;
  /** What people do as it goes, in order. */
  readonly acts?: readonly Act[];
  /** The release of which pods crash in the last cluster. */
  readonly crashing?: string;
  readonly status: RolloutView["status"];
  readonly left: string | undefined;
  /** Clusters that have it; all unless told. */
  readonly where?: readonly string[];
}

/** Done once, as soon as the first rollout is so. */
export type Act = { readonly when: (first: RolloutView) => boolean } & (
  | { readonly command: Command }
  | { readonly ask: string; readonly how?: Asking; readonly supersedes?: true }
);

const one = { config: "one" };
const two = { config: "two" };
const both = { one, two };

const steps = [
  { weight: 10, hold: 2_000 },
  { weight: 50, hold: 2_000 },
];
const canary = { strategy: "canary", steps } as const;
const byHand = { strategy: "canary", steps: [{ weight: 50, hold: undefined }] } as const;
const blueGreen = { strategy: "blue-green", switch: "at-once" } as const;
const blueGreenByHand = { strategy: "blue-green", switch: "by-hand" } as const;

const holds = ({ steps: all }: RolloutView): boolean => all.some(({ status }) => status === "holding");
const isIn =
  (phase: RolloutView["phase"]) =>
  (now: RolloutView): boolean =>
    now.phase === phase;
const hasEnded = ({ endedAt }: RolloutView): boolean => endedAt !== undefined;

export const stories: readonly Story[] = [
  { title: "first", releases: both, before: [], to: "two", status: "succeeded", left: "two" },
  { title: "replacement", releases: both, before: ["one"], to: "two", status: "succeeded", left: "two" },
  { title: "failing", releases: both, before: ["one"], to: "two", crashing: "two", status: "failed", left: "one" },
  { title: "first-fails", releases: both, before: [], to: "two", crashing: "two", status: "failed", left: undefined },
  { title: "removal", releases: both, before: ["one"], to: undefined, status: "succeeded", left: undefined },
  {
    title: "canary-gateway",
    memoryOnly: true,
    router: "gateway",
    releases: { one, two: { ...two, deploy: canary } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
  {
    title: "canary-route",
    memoryOnly: true,
    releases: { one: { ...one, routed: true }, two: { ...two, routed: true, deploy: canary } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
  {
    title: "canary-replicas",
    releases: { one, two: { ...two, deploy: canary } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
  {
    title: "canary-failing",
    releases: { one, two: { ...two, deploy: canary } },
    before: ["one"],
    to: "two",
    crashing: "two",
    status: "failed",
    left: "one",
  },
  {
    title: "blue-green",
    releases: { one, two: { ...two, deploy: blueGreen } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
  {
    title: "blue-green-by-hand",
    memoryOnly: true,
    router: "gateway",
    releases: { one, two: { ...two, deploy: blueGreenByHand } },
    before: ["one"],
    to: "two",
    acts: [{ when: holds, command: { type: "promote" } }],
    status: "succeeded",
    left: "two",
  },
  {
    title: "migration",
    releases: { one, two: { ...two, migration: "alpha" } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
  {
    title: "waves",
    releases: { one, two: { ...two, deploy: { ...canary, waves: [["alpha"], ["beta"]], bake: 3_000 } } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
  {
    title: "waves-failing",
    releases: { one, two: { ...two, deploy: { strategy: "rolling", waves: [["alpha"], ["beta"]], bake: 3_000 } } },
    before: ["one"],
    to: "two",
    crashing: "two",
    status: "failed",
    left: "one",
  },
  {
    title: "aborted",
    releases: { one, two: { ...two, deploy: byHand } },
    before: ["one"],
    to: "two",
    acts: [{ when: holds, command: { type: "abort" } }],
    status: "failed",
    left: "one",
  },
  {
    title: "aborted-in-app",
    releases: both,
    before: ["one"],
    to: "two",
    acts: [{ when: isIn("app"), command: { type: "abort" } }],
    status: "failed",
    left: "one",
  },
  {
    title: "paused-and-resumed",
    releases: { one, two: { ...two, deploy: canary } },
    before: ["one"],
    to: "two",
    acts: [
      { when: isIn("app"), command: { type: "pause" } },
      { when: ({ paused }) => paused !== undefined, command: { type: "resume" } },
    ],
    status: "succeeded",
    left: "two",
  },
  {
    title: "superseded",
    releases: { one, two: { ...two, deploy: byHand }, three: { config: "three" } },
    before: ["one"],
    to: "two",
    acts: [{ when: holds, ask: "three", supersedes: true }],
    status: "failed",
    left: "three",
  },
  {
    title: "queued",
    releases: { one, two: { ...two, deploy: canary }, three: { config: "three", deploy: blueGreen } },
    before: ["one"],
    to: "two",
    acts: [{ when: holds, ask: "three" }],
    status: "succeeded",
    left: "three",
  },
  {
    title: "rollback-of-rollback",
    releases: { one, two: { ...two, deploy: blueGreen } },
    before: ["one"],
    to: "two",
    acts: [
      { when: hasEnded, ask: "one", how: { kind: "rollback", strategy: "blue-green" } },
      { when: hasEnded, ask: "two", how: { kind: "rollback", strategy: "blue-green" } },
    ],
    status: "succeeded",
    left: "two",
  },
  {
    title: "cluster-joins",
    joins: "beta",
    releases: { one: { ...one, clusters: ["alpha"] }, two: one },
    before: ["one"],
    to: "two",
    how: { kind: "membership" },
    status: "succeeded",
    left: "two",
  },
  {
    title: "cluster-leaves",
    releases: { one, two: { ...one, clusters: ["alpha"] } },
    before: ["one"],
    to: "two",
    how: { kind: "membership" },
    status: "succeeded",
    left: "two",
    where: ["alpha"],
  },
  {
    title: "gets-an-autoscaler",
    releases: { one: { ...one, replicas: 4 }, two: { ...two, replicas: { min: 2, max: 8 } } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
  {
    title: "loses-its-autoscaler",
    releases: { one: { ...one, replicas: { min: 2, max: 8 } }, two: { ...two, replicas: 3 } },
    before: ["one"],
    to: "two",
    status: "succeeded",
    left: "two",
  },
];

export function storyOf(title: string): Story {
  const found = stories.find((story) => story.title === title);
  if (found === undefined) throw new Error(`there is no story ${title}`);
  return found;
}
