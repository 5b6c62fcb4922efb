import type { Limits } from "../limits.ts";
import type { Place } from "../plan/plan.ts";
import type {
  Clock,
  Cluster,
  Images,
  Journal,
  JournalRecord,
  Metrics,
  NamespaceSecrets,
  Releases,
  RolloutHeader,
  StoredCommand,
  Traffic,
} from "../ports.ts";
import { fold, foldNext } from "../state/fold.ts";
import { hasShifted } from "../state/has-shifted.ts";
import { next } from "../state/next/next.ts";
import type { Action } from "../state/next/situation.ts";
import type { RolloutEvent } from "../state/rollout-event.ts";
import type { LiveCluster } from "../state/view/cluster-view.ts";
import { absentCluster } from "./absent-cluster.ts";
import { begin, convergencePlan, planOf } from "./begin.ts";
import type { Bell } from "./bell.ts";
import { type ClusterWork, startWork } from "./cluster-work.ts";
import type { DeafProxies } from "./deaf-proxies.ts";
import type { HeldLease } from "./hold-lease.ts";
import { startMeasuring } from "./measuring.ts";

export interface DriveOptions {
  readonly journal: Journal<RolloutEvent>;
  readonly releases: Releases;
  readonly traffic: Traffic;
  readonly secrets: NamespaceSecrets;
  readonly images: Images;
  readonly metrics: Metrics;
  /** Names of clusters of the environment that were declared lost. */
  readonly lost: readonly string[];
  /** Names of clusters that the environment is giving up. */
  readonly retiring: readonly string[];
  readonly clock: Clock;
  readonly place: Place;
  readonly limits: Limits;
  readonly proxies: DeafProxies;
  readonly clusters: readonly Cluster[];
  readonly held: HeldLease;
  /** Ends when the engine stops. */
  readonly signal: AbortSignal;
  readonly log: (message: string) => void;
  /** Called when the rollout, or what is known of it, has changed; `ended`: by its end. */
  readonly changed: (live: Readonly<Record<string, LiveCluster>>, ended: boolean) => void;
  /** Whether another rollout of the service waits: a convergence gives way to it. */
  readonly interrupted: () => boolean;
  /** Whether commands may have come since it was asked last; true at first. */
  readonly commanded: () => boolean;
  readonly bell: Bell;
}

/**
 * Drives one rollout from wherever its journal says it is: until it is closed, or, after its end, until another one
 * wants its turn. Only performs what `next` asks for and appends what it decides. Rejects with `LeaseLost` when another
 * engine took over, and with whatever the journal throws.
 */
export async function drive(options: DriveOptions, header: RolloutHeader): Promise<void> {
  const { journal, releases, place, clock, limits, held, bell } = options;
  const signal = AbortSignal.any([options.signal, held.signal]);
  let state = fold(header, await journal.read(header.number));
  if (state.closed) return;

  let work = new Map<string, ClusterWork>();
  const live = (): Readonly<Record<string, LiveCluster>> =>
    Object.fromEntries([...work].map(([name, one]) => [name, one.live()]));
  const written = (record: JournalRecord<RolloutEvent>): void => {
    state = foldNext(state, record);
    const now = live();
    // What was seen on the way to the new release says nothing about the way back.
    options.changed(record.body.type === "abort" ? withoutProgress(now) : now, record.body.type === "ended");
  };
  const append = async (event: RolloutEvent): Promise<void> =>
    written(await journal.append(header.number, state.sequence, event, held.current()));

  if (state.begun === undefined) {
    const beginning = await begin(journal, releases, place, header, options);
    if (!beginning.ok) {
      const reason = beginning.findings[0]?.message ?? "refused";
      const event = { type: "ended", status: "refused", reason, findings: beginning.findings, converging: [] } as const;
      const outcome = { status: "refused", active: beginning.active, reason, converging: [] } as const;
      written(await journal.finish(header.number, state.sequence, event, held.current(), outcome));
      return;
    }
    await append(beginning.event);
  }

  const planNow = () =>
    state.end === undefined
      ? planOf(releases, place, state)
      : convergencePlan(journal, releases, place, state, options.clusters);
  let plan = await planNow();

  const workIn = (name: string, wave: number): ClusterWork => {
    const { traffic, secrets, images, proxies, log } = options;
    return startWork({
      ...{ plan, tenure: held, traffic, secrets, images, proxies, clock, limits, signal, log },
      cluster: options.clusters.find((one) => one.name === name) ?? absentCluster(name),
      epoch: state.clusters[name]?.epoch ?? 0,
      migrated: () => state.migration?.uid,
      shifted: () => hasShifted(state, wave),
      changed: () => {
        options.changed(live(), false);
        bell.ring();
      },
    });
  };

  const startAll = (): Map<string, ClusterWork> =>
    new Map(plan.waves.flatMap((names, wave) => names.map((name) => [name, workIn(name, wave)] as const)));

  /** A decision ends what was begun before it: its calls, and what was learned by them. */
  const startAfresh = async (): Promise<void> => {
    await Promise.all([...work.values()].map((one) => one.stop()));
    plan = await planNow();
    work = startAll();
  };

  const write = async (action: Extract<Action, { event: RolloutEvent }>): Promise<"on" | "over"> => {
    await held.prove();
    const lease = held.current();
    switch (action.type) {
      case "append":
        await append(action.event);
        if (action.event.type === "abort") await startAfresh();
        return "on";
      case "end":
        written(await journal.finish(header.number, state.sequence, action.event, lease, action.outcome));
        return "over";
      case "close":
        written(await journal.close(header.number, state.sequence, action.event, lease));
        return "over";
    }
  };

  work = startAll();
  const measuring = startMeasuring({
    ...{ metrics: options.metrics, clock, signal, environment: header.environment, service: header.service },
    log: options.log,
    changed: () => bell.ring(),
  });
  let commands: readonly StoredCommand[] = [];
  try {
    for (;;) {
      signal.throwIfAborted();
      if (state.end !== undefined && options.interrupted()) return;
      if (options.commanded()) commands = await journal.commands(header.number);
      for (const one of work.values()) one.judge();
      const facts = Object.fromEntries([...work].map(([name, one]) => [name, one.facts()]));
      const measured = measuring.newest();
      const now = clock.now();
      const actions = next({
        ...{ state, plan, facts, commands, now, limits },
        ...(measured === undefined ? {} : { measured }),
      });
      const entry = actions.find((action) => "event" in action);
      if (entry !== undefined) {
        if ((await write(entry)) === "over") return;
        if (["analysis", "step", "bake", "phase"].includes(entry.event.type)) measuring.forget();
        continue;
      }
      for (const action of actions) {
        if (action.type === "perform") work.get(action.cluster)?.perform(action.step);
        if (action.type === "watch") work.get(action.cluster)?.watch();
        if (action.type === "measure" && plan.target !== undefined) {
          measuring.measure(action.gate, plan.analysis, plan.target);
        }
      }
      await bell.wait(limits.tick, signal);
    }
  } finally {
    await Promise.all([...[...work.values()].map((one) => one.stop()), measuring.stop()]);
  }
}

function withoutProgress(live: Readonly<Record<string, LiveCluster>>): Readonly<Record<string, LiveCluster>> {
  return Object.fromEntries(Object.entries(live).map(([name, { progress: _, ...rest }]) => [name, rest]));
}
