import { rollOutPods } from "../test/simulation/roll-out-pods.ts";
import { simulatedScenario } from "../test/simulation/simulated-scenario.ts";
import { median, type Row } from "./measure.ts";

const rounds = 5;
const rollouts = 100;

/** What simulated clusters cost: as many pods as a large company has, and the small rollouts that proofs are made of. */
export async function simulation(): Promise<readonly Row[]> {
  const many = [];
  // The first one is not counted: V8 compiles.
  for (let round = 0; round <= rounds; round += 1) many.push(await rollOutPods(20, 50, 1));
  const counted = many.slice(1);
  const small = [];
  for (let round = 0; round < rollouts; round += 1) small.push(await replaceRelease(round));
  const later = small.slice(rollouts / 5);
  return [
    {
      what: "simulation: 1,000 pods get a new template (20 Deployments of 50)",
      milliseconds: median(counted.map((one) => one.milliseconds)),
      peer: "the same in virtual time",
      peerMilliseconds: median(counted.map((one) => one.virtualMilliseconds)),
      bound: "1 s",
    },
    {
      what: "simulation: a release replaces another in two clusters, two pods each, by the engine and the real adapter",
      milliseconds: median(later.map((one) => one.milliseconds)),
      peer: "the same in virtual time",
      peerMilliseconds: median(later.map((one) => one.virtualMilliseconds)),
      bound: "40 ms",
    },
  ];
}

async function replaceRelease(seed: number) {
  const world = simulatedScenario({ seed });
  world.release("one", { config: "one" });
  world.release("two", { config: "two" });
  const engine = world.engine("engine");
  await world.deploy(engine, "one");
  const [begin, virtualBegin] = [performance.now(), world.clock.elapsed()];
  const { status } = await world.deploy(engine, "two");
  const milliseconds = performance.now() - begin;
  if (status !== "succeeded") throw new Error(`a simulated rollout ${status}`);
  const virtualMilliseconds = world.clock.elapsed() - virtualBegin;
  await engine.stop();
  await world.end();
  return { milliseconds, virtualMilliseconds };
}
