/** The real engine over any clusters, with releases and the journal in memory, and one rollout at a time that can be looked at and told. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { migrationJob, placeInSlot, releaseName, render } from "@fairway/manifests";
import {
  type Clock,
  type Cluster,
  type ClusterDrift,
  type Command,
  createEngine,
  type DeploySettings,
  findDrift,
  fold,
  type Limits,
  type Phase,
  type RolloutEvent,
  type RolloutState,
  type RolloutView,
  type StoredRelease,
  type Strategy,
} from "@fairway/rollout";
import { checkJournal, memoryJournal } from "@fairway/rollout/testing";
import { builtinProfile, type ProfileSettings, parseAppToml, specFor } from "@fairway/spec";

const environment = "prod";
const patience = 240_000;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => pause(milliseconds, undefined, signal === undefined ? {} : { signal }),
};

export interface Rollouts {
  /** Asks for a rollout of what this app.toml says, and gives its number. */
  begin(appToml: string, how?: How): Promise<number>;
  view(number: number): Promise<RolloutView>;
  /** Of the newest rollout of a service. */
  phaseOf(service: string): Promise<Phase | undefined>;
  /** Waits until the rollout's state says so; fails when it ends before. */
  until(number: number, reached: (state: RolloutState) => boolean): Promise<void>;
  command(number: number, command: Command): Promise<void>;
  /** Waits for the end. */
  ended(number: number): Promise<RolloutView>;
  /** Waits until no cluster is behind any more; what holds for every journal is checked. */
  closed(number: number): Promise<RolloutView>;
  /** The name of the active release. */
  active(service: string): Promise<string | undefined>;
  /** The active release once more, over what others have changed; waits for success. */
  repair(service: string): Promise<void>;
  /** What was changed by hand, in the clusters that can be asked. */
  drift(service: string): Promise<readonly ClusterDrift[]>;
  /** Begins, and waits for success. */
  deploy(appToml: string, how?: How): Promise<void>;
  stop(): Promise<void>;
}

export interface How {
  readonly strategy?: Strategy;
  readonly steps?: DeploySettings["steps"];
  readonly switch?: DeploySettings["switch"];
}

/** How a program is run in a cluster, and how it is reached. */
export interface Place {
  readonly cluster: Cluster;
  readonly image: string;
  readonly addressTemplate: string;
  readonly profile?: Partial<ProfileSettings>;
}

export function startRollouts(places: readonly Place[], limits: Partial<Limits> = {}): Rollouts {
  const releases = new Map<string, StoredRelease>();
  const journal = memoryJournal<RolloutEvent>(clock);
  const log: string[] = [];
  const engine = createEngine({
    journal,
    clusters: () => places.map(({ cluster }) => cluster),
    releases: { get: async (name) => releases.get(name) },
    traffic: { drain: async () => undefined, restore: async () => undefined },
    clock,
    owner: "test",
    limits,
    log: (message) => log.push(message),
  });
  const numbers = new Map<string, number>();
  const newest = new Map<string, number>();
  /** The rollout of each service that brought what is active. */
  const brought = new Map<string, number>();
  let asked = 0;

  const stored = (appToml: string, { strategy = "rolling", steps = [], switch: when = "at-once" }: How) => {
    const parsed = parseAppToml(appToml);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const spec = specFor(parsed.value, environment);
    numbers.set(spec.name, numbers.get(spec.name) ?? numbers.size + 1);
    const objects = places.map(({ cluster, image, addressTemplate, profile }, index) => ({
      ...{ name: cluster.name, addressTemplate, image, pullSecret: false, lead: index === 0 },
      profile: { ...builtinProfile, ...profile },
    }));
    const inputs = {
      ...{ environment, spec, namespace: spec.name, clusters: objects, namespaces: {}, extras: [] },
      numbers: Object.fromEntries(numbers),
    };
    const name = releaseName(inputs, sha256);
    const deploy: DeploySettings = { strategy, steps, switch: when, waves: [], bake: 0, analysis: [] };
    const { namespace } = inputs;
    const migration = migrationJob(inputs, sha256);
    const release = {
      ...{ name, service: spec.name, environment, namespace, objects: render(inputs, sha256), deploy },
      ...(migration === undefined ? {} : { migration }),
    };
    releases.set(name, release);
    return release;
  };

  const stateOf = async (number: number): Promise<RolloutState> => {
    const header = await journal.header(number);
    assert.ok(header);
    return fold(header, await journal.read(number));
  };

  const self: Rollouts = {
    async begin(appToml, how = {}) {
      const { name, service } = stored(appToml, how);
      const from = (await journal.active(environment, service))?.release;
      asked += 1;
      const { strategy = "rolling" } = how;
      const request = { environment, service, from, to: name, strategy, kind: "deploy", actor: "test" } as const;
      const { number } = await engine.submit(request, String(asked));
      newest.set(service, number);
      return number;
    },
    async view(number) {
      return (await engine.view(number)) ?? assert.fail(`no rollout ${number}`);
    },
    async phaseOf(service) {
      const number = newest.get(service);
      return number === undefined ? undefined : (await stateOf(number)).phase;
    },
    async until(number, reached) {
      const deadline = Date.now() + patience;
      for (;;) {
        const state = await stateOf(number);
        if (reached(state)) return;
        assert.ok(
          state.end === undefined || state.end.converging.length > 0,
          `it ended: ${JSON.stringify((await engine.view(number))?.reason)}`,
        );
        assert.ok(Date.now() < deadline, `not in time: ${(await engine.view(number))?.waitsFor} ${log.join("\n")}`);
        await pause(50);
      }
    },
    async command(number, command) {
      asked += 1;
      assert.ok(await journal.command(number, { id: String(asked), actor: "test", command }));
    },
    async ended(number) {
      await self.until(number, ({ end }) => end !== undefined);
      const view = await self.view(number);
      if (view.status === "succeeded") brought.set(view.service, number);
      return view;
    },
    async closed(number) {
      await self.until(number, ({ end, closed }) => closed || end?.converging.length === 0);
      const header = await journal.header(number);
      assert.ok(header);
      checkJournal(header, await journal.read(number));
      return self.ended(number);
    },
    active: async (service) => (await journal.active(environment, service))?.release,
    async repair(service) {
      const from = (await journal.active(environment, service))?.release;
      asked += 1;
      const request = {
        environment,
        service,
        from,
        to: from,
        strategy: "rolling",
        kind: "repair",
        actor: "test",
      } as const;
      const { number } = await engine.submit(request, String(asked));
      const { status, reason } = await self.closed(number);
      assert.equal(status, "succeeded", reason);
    },
    async drift(service) {
      const active = await journal.active(environment, service);
      const release = active === undefined ? undefined : releases.get(active.release);
      assert.ok(active && release, `${service} has no active release`);
      const identity = { service, environment, namespace: release.namespace };
      const epoch = (await journal.read(brought.get(service) ?? 0))[0]?.epoch ?? 0;
      const look = ({ cluster }: Place) => {
        const desired = placeInSlot(release.objects[cluster.name] ?? [], active.slot, release.name);
        return findDrift(cluster, identity, desired, { clock, reach: 15_000, epoch }, new AbortController().signal);
      };
      return Promise.all(places.map(look));
    },
    async deploy(appToml, how) {
      const { status, reason } = await self.ended(await self.begin(appToml, how));
      assert.equal(status, "succeeded", reason);
    },
    stop: () => engine.stop(),
  };
  return self;
}

/** Whether routers have taken this share and it is held. */
export function holds(weight: number): (state: RolloutState) => boolean {
  return ({ step }) => step?.weight === weight && step.status === "holding";
}
