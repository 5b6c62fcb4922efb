/** One simulated run: a story, what hurts it, and what must hold behind it. */
import assert from "node:assert/strict";
import type { ApiCall, Fault } from "@fairway/minicluster/simulation";
import type { RolloutHeader } from "@fairway/rollout";
import { checkJournal, type EngineHooks, met } from "@fairway/rollout/testing";
import { type CountedCall, hurtEngine, type PlacedFault } from "./engine-faults.ts";
import type { Story } from "./stories.ts";
import { openWorld, type World, type WorldKind } from "./world.ts";

export interface RunOptions {
  readonly kind: WorldKind;
  /** Of names, waits and latencies. */
  readonly seed?: number;
  readonly engineFaults?: readonly PlacedFault[];
  /** At calls to the API of simulated clusters, counted from the first call of the story's rollout. */
  readonly apiFaults?: readonly Fault[];
  /** Hurts the world beside calls, once the rollout has been asked for. */
  readonly beside?: (world: World) => void;
  /** What engines have instead of the ports as they are. */
  readonly through?: EngineHooks["through"];
  /** Whether it must end as the story says; when clusters are hurt a rollout may as well turn back. */
  readonly strict?: boolean;
  /** Simulated clusters are followed as a whole too, as a server does. */
  readonly watched?: boolean;
  /** Somebody else makes requests meet nothing. */
  readonly requestsMayFail?: boolean;
}

export interface Run {
  /** Of the first engine. */
  readonly calls: readonly CountedCall[];
  /** To the APIs of simulated clusters since the story's rollout was asked for. */
  readonly apiCalls: readonly ApiCall[];
  readonly left: string | undefined;
}

/** Virtual milliseconds until a run hangs: a lease may lie an hour ahead when a clock was set back. */
const patience = 9_000_000;

const environment = "prod";
const service = "user";

/** Throws what does not hold. */
export async function runStory(story: Story, options: RunOptions): Promise<Run> {
  const world = openWorld(options.kind, {
    clusters: story.clusters ?? ["alpha", "beta"],
    ...(story.router === undefined ? {} : { router: story.router }),
    seed: options.seed ?? 1,
    watched: options.watched ?? false,
  });
  try {
    return await tell(world, story, options);
  } finally {
    await world.end();
  }
}

async function tell(world: World, story: Story, options: RunOptions): Promise<Run> {
  const { clock, journal } = world;
  for (const [name, release] of Object.entries(story.releases)) world.release(name, release);
  world.credentials.current = JSON.stringify({ auths: {} });
  const setUp = world.engine("engine-0");
  world.members = world.members.filter((name) => name !== story.joins);
  for (const name of story.before) assert.equal((await world.deploy(setUp, name)).status, "succeeded");
  await setUp.stop();
  world.members = world.clusters.map(({ name }) => name);
  if (story.crashing !== undefined) world.crash(story.crashing, world.clusters.at(-1)?.name ?? "");

  world.backUp();
  const requests = watchRequests(world, story);
  const firstApiCall = (world.simulation?.calls.length ?? 0) + 1;
  for (const fault of options.apiFaults ?? []) {
    const at = typeof fault.at === "number" ? fault.at + firstApiCall - 1 : fault.at;
    world.simulation?.inject({ ...fault, at });
  }

  const broken = { journalUntil: 0 };
  const alive: { stop(): Promise<void> }[] = [];
  let made = 0;
  const waits: Promise<void>[] = [];
  let calls: readonly CountedCall[] = [];
  let owner = "engine-1";
  const startEngine = (): void => {
    made += 1;
    const own = (options.engineFaults ?? []).filter(({ engine }) => engine === made);
    const hurt = hurtEngine(world, own, broken, (restart, again) => {
      alive.splice(alive.indexOf(engine), 1);
      if (restart === "other") owner = `engine-${made + 1}`;
      // A paused engine goes on; the run is not over before it has.
      if (again !== undefined) waits.push(again.then(() => void alive.push(engine)));
      // The supervisor takes a moment.
      clock.after(500, startEngine);
    });
    if (made === 1) calls = hurt.calls;
    const { through } = options;
    const engine = world.engine(owner, { ...hurt.hooks, ...(through === undefined ? {} : { through }) });
    alive.push(engine);
    keepStarting(world, engine);
  };

  const asked: RolloutHeader[] = [];
  const ask = async (to: string | undefined, how: Story["how"] = {}): Promise<number> => {
    const from = (await world.active())?.release;
    const { kind = to === undefined ? "removal" : "deploy" } = how;
    const strategy = how.strategy ?? story.releases[to ?? ""]?.deploy?.strategy ?? "rolling";
    const request = { environment, service, from, to, strategy, kind, actor: "admin" };
    const header = await journal.create(request, `asked-${asked.length}`);
    asked.push(header);
    return header.number;
  };
  const first = await ask(story.to, story.how);
  startEngine();
  options.beside?.(world);

  const acts = [...(story.acts ?? [])];
  let looked = -1;
  const act = async (): Promise<void> => {
    const records = await journal.read(first);
    if (acts.length === 0 || records.length === looked) return;
    looked = records.length;
    const now = await world.viewOf(first);
    for (let next = acts[0]; next?.when(now); next = acts[0]) {
      acts.shift();
      if ("command" in next) {
        await world.command(first, next.command);
        break;
      }
      const number = await ask(next.ask, next.how);
      if (next.supersedes) await world.command(first, { type: "abort", supersededBy: number });
    }
  };
  await clock.run(async () => {
    await act();
    return (acts.length === 0 || (await hasEnded(world, first))) && (await journal.unfinished()).length === 0;
  }, patience);
  for (let next = waits.shift(); next !== undefined; next = waits.shift()) {
    await settle(world, next);
    await clock.run(async () => (await journal.unfinished()).length === 0, patience);
  }
  const lastApiCall = world.simulation?.calls.length;
  // What is still on its way arrives.
  await clock.advance(30_000);
  const stopped = Promise.all(alive.map((engine) => engine.stop()));
  await settle(
    world,
    stopped.then(() => undefined),
  );
  if (options.requestsMayFail !== true) requests.end();

  await check(world, story, asked, options);
  return {
    calls,
    apiCalls: world.simulation?.calls.slice(firstApiCall - 1, lastApiCall) ?? [],
    left: (await world.active())?.release,
  };
}

/** The first look may meet a journal that does not answer; the server's start would be repeated. */
function keepStarting(world: World, engine: { start(): Promise<void> }): void {
  engine.start().catch(() => world.clock.after(1_000, () => keepStarting(world, engine)));
}

async function hasEnded(world: World, rollout: number): Promise<boolean> {
  return (await world.journal.read(rollout)).some(({ body }) => body.type === "ended");
}

async function settle(world: World, promise: Promise<void>): Promise<void> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await world.clock.run(() => done);
}

/** Where requests met pods before, and the service stays, they do so at every moment. */
function watchRequests(world: World, story: Story): { end(): void } {
  const stays = (name: string): boolean => story.left !== undefined && (story.where?.includes(name) ?? true);
  const served = new Set(
    world.clusters.filter((one) => stays(one.name) && !met(one).inside.includes("nothing")).map(({ name }) => name),
  );
  let failure: Error | undefined;
  let ended = false;
  world.onChange((cluster) => {
    if (ended || failure !== undefined || !served.has(cluster.name) || world.drained.has(cluster.name)) return;
    const now = met(cluster);
    if (!now.inside.includes("nothing") && !now.outside.includes("nothing")) return;
    failure = new Error(
      `${cluster.name}: requests meet nothing at ${world.clock.elapsed()} ms: ${JSON.stringify(now)}`,
    );
  });
  return {
    end() {
      ended = true;
      if (failure !== undefined) throw failure;
    },
  };
}

/** What must hold at rest. */
async function check(world: World, story: Story, asked: readonly RolloutHeader[], options: RunOptions): Promise<void> {
  const { journal } = world;
  assert.deepEqual(world.errors(), []);
  const mistakes = world.log.filter((line) => /TypeError|ReferenceError|RangeError|AssertionError/.test(line));
  assert.deepEqual(mistakes, []);
  for (const header of asked) checkJournal(header, await journal.read(header.number));

  const left = (await world.active())?.release;
  const [first] = asked;
  const status = first === undefined ? undefined : (await world.viewOf(first.number)).status;
  if (options.strict ?? true) {
    assert.equal(status, story.status, "how the rollout ended");
    assert.equal(left, story.left, "what is active");
  }
  const last = await lastDecision(world, asked, story);
  assert.equal(left, last, "what is active is what was decided last");
  const where = whereOf(world, story, left);
  assert.deepEqual(
    [...world.drained].filter((name) => where.includes(name)),
    [],
    "nothing stays drained",
  );
  world.holds(left, where);
  if (left !== undefined) {
    world.holds(
      undefined,
      world.clusters.map(({ name }) => name).filter((name) => !where.includes(name)),
    );
  }
  const runs = world.migrations();
  assert.equal(new Set(runs).size, runs.length, `each migration ran once: ${runs.join(", ")}`);
  for (const header of asked) {
    const migrated = header.to !== undefined && header.kind === "deploy" && story.releases[header.to]?.migration;
    const own = runs.filter((name) => name.endsWith(`-${header.number}`)).length;
    const { status: its } = await world.viewOf(header.number);
    assert.ok(its !== "succeeded" || own === (migrated ? 1 : 0), `rollout ${header.number} migrated ${own} times`);
  }
}

function whereOf(world: World, story: Story, left: string | undefined): readonly string[] {
  const own = left === undefined ? undefined : story.releases[left]?.clusters;
  return own ?? world.clusters.map(({ name }) => name);
}

/** The release that the last rollout which succeeded brought; else what was before. */
async function lastDecision(world: World, asked: readonly RolloutHeader[], story: Story): Promise<string | undefined> {
  let active = story.before.at(-1);
  for (const header of asked) {
    if ((await world.viewOf(header.number)).status === "succeeded") active = header.to;
  }
  return active;
}
