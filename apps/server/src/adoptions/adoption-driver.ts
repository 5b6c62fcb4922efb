import {
  type ActResult,
  type AdoptionFacts,
  type AdoptionRecord,
  type Adoptions,
  nextOfAdoption,
  type RolloutIndex,
  turnOf,
} from "@fairway/catalog";
import { placeInSlot } from "@fairway/manifests";
import {
  type AdoptionPlan,
  carriedName,
  type Engine,
  type Journal,
  performAct,
  type Releases,
  type RolloutHeader,
} from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { pooledPort } from "../clusters/pooled-port.ts";
import type { Log } from "../log.ts";
import { type PassLoop, passLoop } from "../pass-loop.ts";

type Adoption = AdoptionRecord<AdoptionPlan>;

export interface AdoptionDriverParts {
  readonly adoptions: Adoptions<AdoptionPlan>;
  readonly index: Pick<RolloutIndex, "byKey">;
  readonly journal: Pick<Journal<never>, "active">;
  /** Whole, whatever waits for a confirmation. */
  readonly stored: Releases;
  readonly engine: Pick<Engine, "submit">;
  readonly pool: ClusterPool;
  /** The lock under which rollouts are made. */
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  /** An adoption of this environment may be different. */
  readonly onChange: (environment: string) => void;
}

/** Takes adoptions through their states. Which follows is `nextOfAdoption`'s to say; this only does it. */
export interface AdoptionDriver extends PassLoop {
  /** Something of a service has changed, which may be on its way. */
  seen(environment: string, service: string): void;
  /** How the present turn stands in each cluster, as far as it was looked at. */
  acts(number: number): Readonly<Record<string, ActResult>>;
}

/** Milliseconds until all that are open are looked at again: on the way, and when requests only have to be kept where they are. */
const soon = 500;
const later = 5_000;
/** After the end of an adoption, in milliseconds: a server that starts takes away what another one, which stood still, wrote late. */
const sweptFor = 86_400_000;

export function createAdoptionDriver(parts: AdoptionDriverParts): AdoptionDriver {
  const { adoptions, pool, log } = parts;
  const known = new Map<number, { readonly turn: number; readonly acts: Readonly<Record<string, ActResult>> }>();
  let services: ReadonlySet<string> = new Set();
  /** Of those that had ended when this server started; undefined: nobody has looked yet. */
  let unswept: readonly Adoption[] | undefined;

  const act = async (
    record: Adoption,
    name: Parameters<typeof performAct>[0],
    signal: AbortSignal,
  ): Promise<AdoptionFacts["acts"]> => {
    const { environment, service, plan, number, turn } = record;
    const before = known.get(number);
    // Requests are kept where they are over and over; all else is done once in a turn.
    const doneBefore = before?.turn === turn && name !== "lead" ? before.acts : {};
    const isCurrent = async (): Promise<boolean> => (await adoptions.get(number))?.turn === turn;
    const active = await parts.journal.active(environment, service);
    const release = await parts.stored.get(active?.release ?? record.release);
    // What has ended waits for no cluster that was given up since.
    const registered = Object.entries(plan.clusters).filter(
      ([cluster]) => name !== "sweep" || pool.get(cluster) !== undefined,
    );
    const results = registered.map(async ([cluster, own]) => {
      const told = doneBefore[cluster]?.state === "done" ? doneBefore[cluster] : undefined;
      if (told !== undefined && name !== "lead-back") return [cluster, told] as const;
      const objects = release?.objects[cluster] ?? [];
      const ours =
        release === undefined ? [] : placeInSlot(objects, active?.slot ?? "a", carriedName(release, cluster));
      const place = { cluster: pooledPort(pool, cluster), number, service, environment, plan, own, ours };
      const now = await performAct(told === undefined ? name : "stand-by", { ...place, isCurrent, signal });
      // Ours is still there: a cluster that loses the old pods while another one is on its way need not stay without.
      return [cluster, told === undefined || now.state === "failed" ? now : told] as const;
    });
    return Object.fromEntries(await Promise.all(results));
  };

  /** The rollout of this turn; the same however often it is asked for. Undefined: there is nothing to roll out. */
  const rollout = async (record: Adoption): Promise<AdoptionFacts["rollout"]> => {
    const key = rolloutKey(record);
    const made = await parts.index.byKey(key);
    if (made !== undefined) {
      const { status, reason, converging } = made;
      return { status, reason, converging: converging.length > 0 };
    }
    const header = await headerOf(record);
    if (header === undefined) return undefined;
    await parts.engine.submit(header, key);
    return { status: "unfinished", reason: undefined, converging: false };
  };

  const headerOf = async (record: Adoption): Promise<Omit<RolloutHeader, "number" | "createdAt"> | undefined> => {
    const { environment, service, actor, state } = record;
    const from = (await parts.journal.active(environment, service))?.release;
    const about = { environment, service, actor, from, strategy: "rolling" } as const;
    if (state === "removing") return from === undefined ? undefined : { ...about, to: undefined, kind: "removal" };
    // What is there already is set as ours has it, over whoever had it before; nothing migrates once more.
    if (state === "settling") return { ...about, to: from, kind: "repair" };
    return { ...about, to: record.release, kind: "deploy" };
  };

  /** Until nothing can be done for it but wait. Gives whether it is on its way. */
  const advance = async (number: number, signal: AbortSignal): Promise<boolean> => {
    for (;;) {
      const record = await adoptions.get(number);
      if (record === undefined || record.endedAt !== undefined) {
        known.delete(number);
        return false;
      }
      if (signal.aborted) return false;
      const turn = turnOf(record.state);
      const acts = turn.type === "act" ? await act(record, turn.act, signal) : {};
      const before = JSON.stringify(known.get(number));
      known.set(number, { turn: record.turn, acts });
      const facts = {
        acts,
        rollout: turn.type === "rollout" ? await parts.exclusively(() => rollout(record)) : undefined,
      };
      const next = nextOfAdoption(record, facts, parts.now());
      if (next !== undefined && (await adoptions.become(number, record.turn, next)))
        log.info("an adoption has gone on", { adoption: number, service: record.service, ...next });
      if (next !== undefined || JSON.stringify(known.get(number)) !== before) parts.onChange(record.environment);
      if (next === undefined) return record.state !== "moved";
    }
  };

  /** Gives whether there is something left to sweep. */
  const sweep = async (signal: AbortSignal): Promise<boolean> => {
    unswept ??= (await adoptions.list({ limit: 500 })).filter(
      ({ endedAt }) => endedAt !== undefined && parts.now() - Date.parse(endedAt) < sweptFor,
    );
    const left: Adoption[] = [];
    for (const record of unswept) {
      const outcomes = Object.values(await act(record, "sweep", signal));
      if (outcomes.some(({ state }) => state === "pending")) left.push(record);
    }
    unswept = left;
    return left.length > 0;
  };

  const loop = passLoop(async (signal) => {
    const tell = (error: unknown, adoption?: number): void => {
      if (!signal.aborted) log.error("an adoption cannot go on", { adoption, error });
    };
    try {
      const open = await adoptions.open();
      services = new Set(open.map(({ environment, service }) => placeOf(environment, service)));
      const [isLeft, ...found] = await Promise.all([
        sweep(signal).catch((error) => {
          tell(error);
          return true;
        }),
        ...open.map(({ number }) => advance(number, signal).catch((error) => tell(error, number))),
      ]);
      return found.includes(true) ? soon : isLeft || open.length > 0 ? later : undefined;
    } catch (error) {
      tell(error);
      return later;
    }
  });

  return {
    ...loop,
    seen(environment, service) {
      if (services.has(placeOf(environment, service))) loop.wake();
    },
    acts: (number) => known.get(number)?.acts ?? {},
  };
}

function placeOf(environment: string, service: string): string {
  return `${environment}/${service}`;
}

/** Under which a turn's rollout is found. */
export function rolloutKey({ number, turn }: Pick<Adoption, "number" | "turn">): string {
  return `adoption-${number}-${turn}`;
}
