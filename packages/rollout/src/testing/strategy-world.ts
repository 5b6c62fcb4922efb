import assert from "node:assert/strict";
import type { Engine } from "../engine/engine.ts";
import type { Cluster, DeploySettings } from "../ports.ts";
import type { RolloutView } from "../state/view/view.ts";
import { type Asking, type ClockSkew, type ReleaseOptions, type Scenario, scenario } from "./scenario.ts";

/** A rollout under way. */
export interface Going {
  readonly world: Scenario;
  readonly engine: Engine;
  readonly number: number;
  /** Waits for its end, and stops the engine. */
  readonly result: () => Promise<RolloutView>;
}

/** Release `one` stands, `two` has just been asked for: it goes as `deploy` says. */
export async function going(
  deploy: Partial<DeploySettings>,
  options: Pick<Cluster, "router"> &
    ClockSkew & {
      readonly clusters?: readonly string[];
      /** Of both releases, and of each. */
      readonly both?: ReleaseOptions;
      readonly one?: ReleaseOptions;
      readonly two?: ReleaseOptions;
      readonly how?: Asking;
      /** How long each call to a cluster takes, in milliseconds. */
      readonly latency?: number;
    } = {},
): Promise<Going> {
  const { clusters = ["alpha", "beta"], both = {}, one = {}, two = {}, how, latency = 0, ...cluster } = options;
  const world = scenario(clusters, cluster);
  world.release("one", { config: "one", ...both, ...one });
  world.release("two", { config: "two", ...both, deploy, ...two });
  const first = world.engine("engine-0");
  assert.equal((await world.deploy(first, "one")).status, "succeeded");
  await first.stop();
  const before = latency === 0 ? {} : { before: async () => world.clock.sleep(latency) };
  const engine = world.engine("engine-1", { cluster: before });
  const { number } = await world.ask(engine, "two", how);
  const result = async (): Promise<RolloutView> => {
    const ended = await world.ended(number);
    // Calls under way take their time.
    let isStopped = false;
    const stopping = engine.stop().then(() => {
      isStopped = true;
    });
    await world.clock.run(() => isStopped);
    await stopping;
    return ended;
  };
  return { world, engine, number, result };
}

export const isHolding =
  (weight: number) =>
  ({ steps }: RolloutView): boolean =>
    steps.some((step) => step.status === "holding" && step.weight === weight);

export const isShifting =
  (weight: number) =>
  ({ steps }: RolloutView): boolean =>
    steps.some((step) => step.status === "shifting" && step.weight === weight);

export const isBaking = ({ waves }: RolloutView): boolean => waves.some(({ status }) => status === "baking");

export const isIn =
  (phase: RolloutView["phase"]) =>
  (now: RolloutView): boolean =>
    now.phase === phase;
