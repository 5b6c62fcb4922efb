import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, type KubernetesObject } from "@fairway/objects";
import { ClusterError, type DeploySettings } from "../ports.ts";
import { met } from "../testing/data-path.ts";
import type { MemoryCluster } from "../testing/memory-cluster.ts";
import type { EngineHooks, ReleaseOptions } from "../testing/scenario.ts";
import { type Scenario, scenario, serving } from "../testing/scenario.ts";
import type { Engine } from "./engine.ts";

/** A rollout to be interrupted: what was before, what is asked for, how it must end. */
interface Story {
  readonly title: string;
  readonly before: readonly string[];
  readonly to: string | undefined;
  readonly crashing?: boolean;
  /** Of the releases before; of the one that is asked for. */
  readonly replicas?: readonly [before: Replicas, to: Replicas];
  readonly status: "succeeded" | "failed";
  readonly left: string | undefined;
  /** Of the one that is asked for. */
  readonly deploy?: Partial<DeploySettings>;
  readonly migration?: string;
}

const steps = [{ weight: 10, hold: 2_000 }];

type Replicas = ReleaseOptions["replicas"];
const bounds = { min: 2, max: 8 };

/** The simulation tells more of them, and hurts the engine in more ways (test/simulation). */
const stories: readonly Story[] = [
  { title: "a first rollout", before: [], to: "two", status: "succeeded", left: "two" },
  { title: "a replacement", before: ["zero", "one"], to: "two", status: "succeeded", left: "two" },
  { title: "a failing one", before: ["zero", "one"], to: "two", crashing: true, status: "failed", left: "one" },
  {
    title: "one that loses its autoscaler",
    before: ["one"],
    to: "two",
    replicas: [bounds, 5],
    status: "succeeded",
    left: "two",
  },
  { title: "a removal", before: ["one"], to: undefined, status: "succeeded", left: undefined },
  {
    ...{ title: "a canary with a migration", before: ["one"], to: "two", status: "succeeded", left: "two" },
    deploy: { strategy: "canary", steps },
    migration: "alpha",
  },
];

/** Journal writes and writes to clusters, counted in the order in which an engine begins them. */
type Point = { readonly index: number; readonly when: "before" | "after" };

const journalWrites = new Set(["append", "finish", "close"]);

async function prepared(story: Story): Promise<Scenario> {
  const { deploy, migration } = story;
  const world = scenario(["alpha", "beta"], deploy === undefined ? {} : { router: "gateway" });
  world.credentials.current = "credentials";
  const [before, to] = story.replicas ?? [];
  for (const name of ["zero", "one", "two"]) {
    const replicas = name === "two" ? to : before;
    world.release(name, {
      ...{ config: name, extra: late(name) },
      ...(replicas === undefined ? {} : { replicas }),
      ...(name === "two" && deploy !== undefined ? { deploy } : {}),
      ...(name === "two" && migration !== undefined ? { migration } : {}),
    });
  }
  if (story.crashing) world.cluster("beta").script("two", { kind: "crash", exitCode: 1 });
  const engine = world.engine("engine-0");
  for (const name of story.before) assert.equal((await world.deploy(engine, name)).status, "succeeded");
  await engine.stop();
  return world;
}

/** Hooks that stop everything at one point: `reached` is called, and every call from then on waits for `gate`. */
function stopping(
  point: Point | undefined,
  reached: () => void,
  gate: Promise<void>,
): EngineHooks & { count(): number } {
  let count = 0;
  let stopped = false;
  const before = async (writes: boolean): Promise<number> => {
    if (stopped) await gate;
    if (!writes) return 0;
    count += 1;
    if (point?.when === "before" && point.index === count) {
      stopped = true;
      reached();
      await gate;
    }
    return count;
  };
  const after = async (writes: boolean, own: number): Promise<void> => {
    if (writes && point?.when === "after" && point.index === own) {
      stopped = true;
      reached();
    }
    if (stopped) await gate;
  };
  // Calls to the two clusters overlap, so each remembers the number that it got.
  const numbers = new Map<unknown, number>();
  return {
    count: () => count,
    cluster: {
      before: async (call) => void numbers.set(call, await before(call.writes)),
      after: (call) => after(call.writes, numbers.get(call) ?? 0),
    },
    journal: {
      before: async (call) => void numbers.set(call, await before(journalWrites.has(call))),
      after: (call) => after(journalWrites.has(call), numbers.get(call) ?? 0),
    },
  };
}

/** What a rollout writes after its decision: a policy that lets through something else, a cron. */
function late(name: string): readonly KubernetesObject[] {
  const labels = {
    "app.kubernetes.io/managed-by": "fairway",
    "fairway.dev/service": "user",
    "fairway.dev/environment": "prod",
  };
  const metadata = { name: "user", namespace: "user", labels };
  const to = [{ podSelector: { matchLabels: { "fairway.dev/service": name } } }];
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to }] },
    },
    { apiVersion: "batch/v1", kind: "CronJob", metadata, spec: { schedule: "@daily", jobTemplate: {} } },
  ];
}

function replicasOf(cluster: MemoryCluster): number {
  const deployment = cluster.objects("user").find(isDeployment);
  return deployment === undefined ? 0 : (deployment.spec?.replicas ?? 1);
}

async function recorded(story: Story): Promise<number> {
  const world = await prepared(story);
  const hooks = stopping(undefined, () => undefined, Promise.resolve());
  const engine = world.engine("engine-1", hooks);
  await world.ask(engine, story.to);
  await closed(world);
  await engine.stop();
  return hooks.count();
}

/** Waits until nothing is unfinished, or `also` holds. */
async function closed(world: Scenario, also = () => false): Promise<void> {
  await world.clock.run(async () => {
    return also() || (await world.journal.unfinished()).length === 0;
  });
}

/** Runs the story with the first engine stopped at `point`; a second one takes over. */
async function interrupted(story: Story, point: Point, aliveAgain: boolean): Promise<void> {
  const world = await prepared(story);
  const stop = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let reached = false;
  const hooks = stopping(
    point,
    () => {
      reached = true;
      stop.resolve();
    },
    gate.promise,
  );
  const watched = world.clusters.map((cluster) => {
    const served = serving(cluster) > 0 && story.to !== undefined;
    const least = story.to === undefined ? 0 : replicasOf(cluster);
    return cluster.onChange(() => {
      const now = story.to === undefined ? undefined : met(cluster);
      assert.ok(
        story.deploy === undefined || !now?.outside.includes("nothing"),
        `${cluster.name}: a request meets nothing`,
      );
      assert.ok(replicasOf(cluster) >= least, `${cluster.name} is never made smaller`);
      assert.ok(!served || serving(cluster) > 0, `${cluster.name} serves all the time`);
    });
  });
  const first: Engine = world.engine("engine-1", hooks);
  const header = await world.ask(first, story.to);
  await closed(world, () => reached);
  const second = world.engine("engine-2");
  await second.start();
  await closed(world);
  if (aliveAgain) {
    gate.resolve();
    await world.clock.advance(60_000);
    await first.stop();
  }
  await second.stop();
  for (const end of watched) end();

  const result = await world.viewOf(header.number);
  const types = (await world.events(header.number)).map((event) => event.type);
  assert.equal(result.status, story.status);
  assert.ok(!(types.includes("committed") && types.includes("abort")), "one decision");
  assert.equal(types.filter((type) => type === "ended").length, 1);
  assert.equal((await world.active())?.release, story.left);
  assert.deepEqual([...world.drained], []);
  if (story.migration !== undefined) assert.equal(world.cluster(story.migration).jobs.length, 1, "migrated once");
  world.holds(story.left);
}

for (const [title, aliveAgain] of [
  ["killed", false],
  ["paused past its lease, then going on", true],
] as const) {
  describe(`engine ${title} at every write`, () => {
    for (const story of stories) {
      it(`ends ${story.title} with one decision, nothing left over`, async () => {
        const count = await recorded(story);
        assert.ok(count > 5, `${count} writes`);
        for (let index = 1; index <= count; index += 1) {
          // A pause after a write is one before the next call.
          for (const when of aliveAgain ? (["before"] as const) : (["before", "after"] as const)) {
            await interrupted(story, { index, when }, aliveAgain).catch((error: unknown) => {
              throw new Error(`${when} write ${index} of ${count}: ${String(error)}`, { cause: error });
            });
          }
        }
      });
    }
  });
}

describe("engine whose answers get lost", () => {
  for (const story of stories) {
    it(`ends ${story.title} as if nothing had happened`, async () => {
      const count = await recorded(story);
      for (let index = 1; index <= count; index += 1) {
        const world = await prepared(story);
        let seen = 0;
        const lose = (writes: boolean, error: Error): void => {
          if (!writes) return;
          seen += 1;
          if (seen === index) throw error;
        };
        const engine = world.engine("engine-1", {
          cluster: {
            after: ({ cluster, writes }) => lose(writes, new ClusterError("unreachable", cluster, "socket hang up")),
          },
          journal: { after: (call) => lose(journalWrites.has(call), new Error("connection terminated")) },
        });
        const header = await world.ask(engine, story.to);
        await closed(world);
        await engine.stop();
        assert.equal((await world.viewOf(header.number)).status, story.status, `answer ${index} of ${count}`);
        world.holds(story.left);
      }
    });
  }
});

describe("two engines at once", () => {
  it("drive a service by one of them at a time", async () => {
    const world = scenario();
    for (const name of ["one", "two", "three"]) world.release(name, { config: name });
    const engines = [world.engine("engine-1"), world.engine("engine-2")];
    for (const engine of engines) await engine.start();
    const asked = [];
    for (const [index, name] of ["one", "two", "three"].entries()) {
      const engine = engines[index % 2];
      if (engine !== undefined) asked.push(await world.ask(engine, name));
    }
    for (const engine of engines) for (const header of asked) await engine.wake(header.number);
    for (const header of asked) assert.equal((await world.ended(header.number)).status, "succeeded");
    for (const engine of engines) await engine.stop();
    world.holds("three");
    for (const header of asked) {
      const epochs = (await world.journal.read(header.number)).map((record) => record.epoch);
      assert.deepEqual(
        epochs,
        epochs.toSorted((a, b) => a - b),
      );
    }
  });
});
