import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ClusterRecord, Drains, FleetRecord, Fleets, ReleaseStore, RolloutIndex } from "@fairway/catalog";
import type { Engine, Journal } from "@fairway/rollout";
import { exclusive } from "../exclusive.ts";
import { fleetUnderWay, openFleet, stoppable } from "../fleets/fleet-under-way.ts";
import { orderServices } from "../fleets/order-services.ts";
import { Refusal } from "../http/refusal.ts";
import type { ClusterPool } from "./cluster-pool.ts";
import { isIn } from "./is-in.ts";

export interface MembershipParts {
  readonly home: string;
  readonly pool: ClusterPool;
  readonly releases: Pick<ReleaseStore, "activeServices" | "activeOf">;
  readonly fleets: Fleets;
  readonly index: Pick<RolloutIndex, "latest">;
  readonly journal: Pick<Journal<never>, "unfinished" | "command">;
  readonly engine: Pick<Engine, "view" | "wake">;
  readonly drains: Drains;
  /** The lock under which releases and rollouts are made. */
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
  /** Tells the fleets' driver, and whoever follows, that a fleet of an environment is different. */
  readonly changed: (environment: string) => void;
  readonly now: () => number;
}

export interface Retirement {
  /** The fleet rollout that empties the cluster; undefined: there is nothing to empty, or rollouts have to end first. */
  readonly fleet: number | undefined;
  /** The cluster is forgotten. */
  readonly removed: boolean;
}

/** A service and the namespace that it leaves behind. */
export interface LeftBehind {
  readonly service: string;
  readonly namespace: string;
}

/** How clusters come to an environment and leave it: service by service, by fleet rollouts. */
export interface Membership {
  /**
   * Brings the services that are not in a cluster there. Gives the fleet rollout's number; undefined: there are none. Throws
   * `fleet-active`.
   */
  bring(name: string, actor: string): Promise<number | undefined>;
  /**
   * From now on no service comes to the cluster; those that are there leave it, then it is forgotten. Asked for again it goes on
   * with what is left. Throws `fleet-active`, `cluster-last`.
   */
  retire(name: string, actor: string): Promise<Retirement>;
  /** Takes that back: services that have left come to it again, by the fleet rollout of this number. Throws `fleet-active`. */
  keep(name: string, actor: string): Promise<number | undefined>;
  /** Declares a cluster lost. Gives the rollouts under way that were told. Throws `cluster-last`. */
  lose(name: string, actor: string): Promise<readonly number[]>;
  /** Forgets a cluster that will not come back, as it is. Gives what stays in it. Throws `cluster-last`. */
  abandon(name: string, actor: string): Promise<readonly LeftBehind[]>;
  /** Goes on with retirements that wait for nobody: after a crash, or because a rollout has ended. */
  tend(): Promise<void>;
}

/** Of the fleet rollouts that are begun here. */
const pace = { parallel: 10, stopAfter: 1 } as const;
/** Fleet rollouts looked at to find the last one about a cluster. */
const historyLength = 200;

export function createMembership(parts: MembershipParts): Membership {
  const { home, pool, releases, fleets, index, journal, engine, drains, changed } = parts;
  // A retirement is asked for, and tended, one at a time.
  const inTurn = exclusive();

  const start = async (
    { name, environment }: ClusterRecord,
    kind: "cluster-added" | "cluster-removed",
    actor: string,
    services: readonly string[],
  ): Promise<number> => {
    const fleet = await fleets.start({ environment, kind, cluster: name, ...pace, actor }, services);
    if (fleet === undefined) throw await fleetUnderWay(fleets, environment);
    changed(environment);
    return fleet.number;
  };

  const forget = async (record: ClusterRecord): Promise<void> => {
    const { name, environment, embedded, kubeconfig } = record;
    // The record goes last, so that a crash leaves no credentials behind. The folder of an embedded one holds the cluster itself.
    if (!embedded) await rm(join(home, dirname(kubeconfig)), { recursive: true, force: true });
    for (const drain of await drains.list())
      if (drain.cluster === name) await drains.remove(drain.environment, drain.service, name);
    await pool.remove(name);
    // Rollouts that wait for it need not any more.
    for (const one of await journal.unfinished()) if (one.environment === environment) await engine.wake(one.number);
  };

  /** Whether a rollout under way has to do with the cluster, or still has to bring something there to its decision. */
  const isAwaited = async ({ name, environment }: ClusterRecord): Promise<boolean> => {
    for (const { number, environment: where } of await journal.unfinished()) {
      if (where !== environment) continue;
      const view = await engine.view(number);
      const seen = view?.clusters.find((one) => one.name === name);
      if (seen !== undefined && (view?.endedAt === undefined || seen.behind !== undefined)) return true;
    }
    return false;
  };

  /** The last fleet rollout that emptied the cluster, unless it was taken back since. */
  const lastOf = async ({ name, environment }: ClusterRecord): Promise<FleetRecord | undefined> => {
    const about = (await fleets.list({ environment, limit: historyLength })).find(({ cluster }) => cluster === name);
    return about?.kind === "cluster-removed" ? about : undefined;
  };

  /** @param again a person asks for it: also for what has failed before, or was stopped */
  const goOn = async (record: ClusterRecord, again: boolean): Promise<Retirement> => {
    const { name, environment, retiring } = record;
    const waits = { fleet: undefined, removed: false };
    // Asked first: what ends between the two questions is among the services.
    const awaited = await isAwaited(record);
    const inside = new Set(await releases.activeServices(environment, name));
    if (inside.size === 0) {
      if (awaited) return waits;
      await forget(record);
      return { fleet: undefined, removed: true };
    }
    const last = again ? undefined : await lastOf(record);
    if (last !== undefined && last.status !== "done") return waits;
    const stuck = last === undefined ? [] : await fleets.services(last.number);
    for (const { service, state } of stuck) if (state === "failed" || state === "refused") inside.delete(service);
    if (inside.size === 0) return waits;
    const order = await orderServices(releases, environment, ({ service }) => inside.has(service));
    const services = order.map(({ service }) => service);
    return { fleet: await start(record, "cluster-removed", retiring?.by ?? "", services), removed: false };
  };

  /** Where the last one goes, what runs has nowhere to stay. */
  const requireAnother = async ({ name, environment }: ClusterRecord): Promise<void> => {
    const others = pool.list().filter(({ record }) => record.environment === environment && record.name !== name);
    if (others.some(({ record }) => record.retiring === undefined && record.lost === undefined)) return;
    if ((await releases.activeServices(environment)).length === 0) return;
    throw lastCluster(name, environment, "add another one first: fairway cluster add <name>");
  };

  const bring = async (name: string, actor: string): Promise<number | undefined> => {
    const record = pool.get(name)?.record;
    if (record === undefined) return undefined;
    // A turn of a fleet that was just stopped may still be about to make its rollout.
    const latest = await parts.exclusively(() => index.latest(record.environment));
    // What is being rolled out now may have been made before: it is looked at when that has ended.
    const moving = Object.values(latest).flatMap(({ service, status }) => (status === "unfinished" ? [service] : []));
    const order = await orderServices(
      releases,
      record.environment,
      (release) => moving.includes(release.service) || !isIn(record, release, latest[release.service]),
    );
    const services = [...new Set([...order.map(({ service }) => service), ...moving])];
    return services.length === 0 ? undefined : start(record, "cluster-added", actor, services);
  };

  const lose = async (name: string, actor: string): Promise<readonly number[]> => {
    const record = pool.get(name)?.record;
    if (record === undefined) return [];
    const { environment } = record;
    const lost = record.lost ?? { by: actor, at: new Date(parts.now()).toISOString() };
    if (!(await pool.declareLost(name, lost)))
      throw lastCluster(name, environment, "where another one is back: fairway cluster found <name>");
    // Those that begin from now on know it; those that are under way have to be told.
    const told: number[] = [];
    for (const rollout of await journal.unfinished()) {
      if (rollout.environment !== environment) continue;
      const command = { type: "lose", cluster: name } as const;
      if (await journal.command(rollout.number, { id: `lost ${name} ${lost.at}`, actor, command }))
        told.push(rollout.number);
    }
    return told;
  };

  return {
    bring,
    lose,
    retire: (name, actor) =>
      inTurn(async () => {
        const record = pool.get(name)?.record;
        if (record === undefined) return { fleet: undefined, removed: true };
        const open = await openFleet(fleets, record.environment);
        if (open?.kind === "cluster-removed" && open.cluster === name) return { fleet: open.number, removed: false };
        if (open !== undefined) throw await fleetUnderWay(fleets, record.environment);
        if (record.retiring === undefined) await requireAnother(record);
        const retiring = record.retiring ?? { by: actor, at: new Date(parts.now()).toISOString() };
        await pool.retire(name, retiring);
        return goOn({ ...record, retiring }, true);
      }),
    keep: (name, actor) =>
      inTurn(async () => {
        const record = pool.get(name)?.record;
        if (record === undefined) return undefined;
        const open = await openFleet(fleets, record.environment);
        if (open !== undefined && open.cluster === name && open.kind === "cluster-added") return open.number;
        if (open !== undefined && open.cluster !== name) throw await fleetUnderWay(fleets, record.environment);
        if (open !== undefined) await fleets.update(open.number, stoppable, { status: "stopped", reason: undefined });
        await pool.retire(name, undefined);
        return bring(name, actor);
      }),
    abandon: (name, actor) =>
      inTurn(async () => {
        const record = pool.get(name)?.record;
        if (record === undefined) return [];
        const inside = await releases.activeServices(record.environment, name);
        const left = (await releases.activeOf(record.environment, inside)).map(({ service, namespace }) => ({
          ...{ service, namespace },
        }));
        await requireAnother(record);
        if (left.length > 0 || (await isAwaited(record))) await lose(name, actor);
        const open = await openFleet(fleets, record.environment);
        if (open?.cluster === name) {
          const change = { status: "stopped", reason: `${name} was removed as it was` } as const;
          await fleets.update(open.number, stoppable, change);
        }
        await forget(record);
        changed(record.environment);
        return left;
      }),
    tend: () =>
      inTurn(async () => {
        for (const { record } of pool.list()) {
          if (record.retiring === undefined || (await openFleet(fleets, record.environment)) !== undefined) continue;
          await goOn(record, false);
        }
      }),
  };
}

function lastCluster(name: string, environment: string, hint: string): Refusal {
  return new Refusal({
    status: 409,
    code: "cluster-last",
    title: `${name} is the last cluster of ${environment}`,
    detail: "an environment without any serves nothing",
    hint,
  });
}
