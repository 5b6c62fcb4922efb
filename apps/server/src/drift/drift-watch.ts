import type { ServiceSummary } from "@fairway/api";
import type { ReleaseStore } from "@fairway/catalog";
import type { Observation } from "@fairway/rollout";
import type { Log } from "../log.ts";
import type { DriftFinder, PutBack } from "./drift-finder.ts";

type Known = NonNullable<ServiceSummary["drift"]>;

/** Looks after changes by hand: at all services in turn, and soon at one of which something changed. */
export interface DriftWatch {
  /** What was seen last; undefined while nothing is known. */
  of(environment: string, service: string): Known | undefined;
  /** Something of this service may have changed there. */
  seen(environment: string, service: string, cluster: string, observation: Observation | undefined): void;
  /** A rollout of this service went on. */
  rolled(environment: string, service: string): void;
  /** Takes over what was found by asking now. */
  learn(environment: string, service: string, known: Known): void;
  start(): void;
  stop(): void;
}

export interface WatchOptions {
  readonly finder: DriftFinder;
  readonly releases: Pick<ReleaseStore, "activeServices">;
  readonly environments: () => readonly string[];
  /** Milliseconds for a round through all services; 0: nobody looks. */
  readonly interval: number;
  readonly now: () => number;
  readonly log: Log;
  readonly onChange: (environment: string, service: string) => void;
  /** These clusters were put back to an earlier state, and nothing of others would be lost by a repair. May be called again. */
  readonly onPutBack: (environment: string, service: string, clusters: readonly PutBack[]) => void;
}

/** Services that are looked at side by side. */
const atOnce = 2;
/** What belongs together comes within this time, in milliseconds. */
const quietFor = 1_000;
/** A service that changes all the time is looked at so often, in milliseconds. */
const pace = 5_000;

export function createDriftWatch(options: WatchOptions): DriftWatch {
  const { finder, interval, now, log } = options;
  const known = new Map<string, Known>();
  const due = new Map<string, { readonly environment: string; readonly service: string; at: number }>();
  const signatures = new Map<string, string>();
  const lookedAt = new Map<string, number>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running = 0;
  let started = false;

  const keyOf = (environment: string, service: string): string => `${environment}/${service}`;

  const plan = (environment: string, service: string, at: number): void => {
    const key = keyOf(environment, service);
    const before = due.get(key);
    due.set(key, { environment, service, at: before === undefined ? at : Math.min(at, before.at) });
    wake();
  };

  const wake = (): void => {
    clearTimeout(timer);
    if (!started || stopping.signal.aborted || running >= atOnce) return;
    const first = Math.min(...[...due.values()].map(({ at }) => at));
    if (!Number.isFinite(first)) return;
    timer = setTimeout(run, Math.max(0, first - now())).unref();
  };

  const run = (): void => {
    for (const [key, one] of due) {
      if (running >= atOnce || one.at > now()) continue;
      due.delete(key);
      running += 1;
      void look(one.environment, one.service).finally(() => {
        running -= 1;
        wake();
      });
    }
    wake();
  };

  const tell = (environment: string, service: string, next: Known | undefined): void => {
    const key = keyOf(environment, service);
    const before = known.get(key);
    if (next === undefined) known.delete(key);
    else known.set(key, next);
    if (JSON.stringify(before?.changes ?? []) === JSON.stringify(next?.changes ?? [])) return;
    options.onChange(environment, service);
    if (next !== undefined && next.changes.length > 0) {
      log.info("changed by hand", { environment, service, changes: next.changes.length });
    }
  };

  const look = async (environment: string, service: string): Promise<void> => {
    lookedAt.set(keyOf(environment, service), now());
    try {
      const found = await finder.find(environment, service, stopping.signal);
      if (!("drift" in found)) return tell(environment, service, undefined);
      const { checkedAt, changes, clusters } = found.drift;
      // What could not be asked says nothing: what was known stays.
      if (clusters.some(({ compared }) => !compared) && known.has(keyOf(environment, service))) return;
      tell(environment, service, { checkedAt, changes: changes.filter(({ kept }) => !kept) });
      const { putBack } = found;
      const isThere = (name: string): boolean => putBack.some(({ cluster }) => cluster === name);
      const isOnlyThere = changes.every(({ kept, clusters }) => kept || clusters.every(isThere));
      if (putBack.length > 0 && isOnlyThere) options.onPutBack(environment, service, putBack);
    } catch (error) {
      if (!stopping.signal.aborted) log.error("changes by hand cannot be looked for", { environment, service, error });
    }
  };

  const round = async (): Promise<void> => {
    const all: { environment: string; service: string }[] = [];
    for (const environment of options.environments()) {
      for (const service of await options.releases.activeServices(environment)) all.push({ environment, service });
    }
    const present = new Set(all.map(({ environment, service }) => keyOf(environment, service)));
    for (const map of [known, lookedAt]) for (const key of map.keys()) if (!present.has(key)) map.delete(key);
    for (const key of signatures.keys()) {
      // Behind the service stands the cluster.
      if (!present.has(key.slice(0, key.lastIndexOf("/")))) signatures.delete(key);
    }
    finder.keepOnly(present);
    all.forEach(({ environment, service }, at) => {
      plan(environment, service, now() + quietFor + Math.floor((interval * at) / all.length));
    });
  };

  const keepRounding = (): void => {
    round().catch((error: unknown) => log.error("changes by hand cannot be looked for", { error }));
    setTimeout(() => !stopping.signal.aborted && keepRounding(), interval).unref();
  };

  const soon = (environment: string, service: string): void => {
    if (interval === 0 || !started) return;
    const last = lookedAt.get(keyOf(environment, service)) ?? 0;
    plan(environment, service, Math.max(now() + quietFor, last + pace));
  };

  return {
    of: (environment, service) => known.get(keyOf(environment, service)),
    seen(environment, service, cluster, observation) {
      const key = `${keyOf(environment, service)}/${cluster}`;
      const signature = signatureOf(observation);
      const before = signatures.get(key);
      signatures.set(key, signature);
      if (before !== undefined && before !== signature) soon(environment, service);
    },
    rolled(environment, service) {
      lookedAt.delete(keyOf(environment, service));
      soon(environment, service);
    },
    learn: (environment, service, next) => tell(environment, service, next),
    start() {
      if (interval === 0 || started) return;
      started = true;
      keepRounding();
    },
    stop() {
      stopping.abort(new Error("the server stops"));
      clearTimeout(timer);
    },
  };
}

/** What changes with a change by hand, and not with each pod. */
function signatureOf(observation: Observation | undefined): string {
  const lasting = new Set(["Deployment", "Service", "ConfigMap", "Namespace"]);
  return (observation?.objects ?? [])
    .filter(({ kind, metadata }) => lasting.has(kind) && metadata.ownerReferences === undefined)
    .map(({ kind, metadata: { name, uid, generation, resourceVersion } }) => {
      // What has a status has a generation, which a status does not change.
      const version =
        kind === "Service" || generation === undefined ? (kind === "Namespace" ? "" : resourceVersion) : generation;
      return `${kind}/${name} ${uid} ${version}`;
    })
    .toSorted()
    .join("\n");
}
