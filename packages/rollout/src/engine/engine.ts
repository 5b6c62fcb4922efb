import { placeInSlot } from "@fairway/manifests";
import { defaultLimits, type Limits } from "../limits.ts";
import type { Place } from "../plan/plan.ts";
import {
  type Clock,
  type Cluster,
  type Images,
  type Journal,
  LeaseLost,
  type Metrics,
  type NamespaceSecrets,
  type Releases,
  type RolloutHeader,
  type Traffic,
} from "../ports.ts";
import { fold } from "../state/fold.ts";
import type { RolloutEvent } from "../state/rollout-event.ts";
import type { LiveCluster } from "../state/view/cluster-view.ts";
import { type EntryView, entries } from "../state/view/entries.ts";
import { type RolloutView, view } from "../state/view/view.ts";
import { type Bell, createBell } from "./bell.ts";
import { deafProxies } from "./deaf-proxies.ts";
import { drive } from "./drive.ts";
import { heedAnswers } from "./heed-answers.ts";
import { holdLease } from "./hold-lease.ts";

export interface EngineOptions {
  readonly journal: Journal<RolloutEvent>;
  /** The clusters of an environment, in the order in which people see them. */
  readonly clusters: (environment: string) => readonly Cluster[] | Promise<readonly Cluster[]>;
  readonly releases: Releases;
  readonly traffic: Traffic;
  /** None by default. */
  readonly secrets?: NamespaceSecrets;
  /** Nobody is asked by default. */
  readonly images?: Images;
  /** By default nothing is measured, and whatever asks for it waits for a person. */
  readonly metrics?: Metrics;
  /** Names of clusters of the environment that were declared lost; none by default. */
  readonly lost?: (environment: string) => Promise<readonly string[]>;
  /** Names of clusters that the environment is giving up: a service that is not there does not come to them. */
  readonly retiring?: (environment: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  /** Names this process; one that starts again under the same name goes on at once, without waiting for its old lease. */
  readonly owner: string;
  readonly limits?: Partial<Limits>;
  readonly place?: Place;
  /** For the operator: what went wrong in the engine itself. Never a secret. */
  readonly log?: (message: string) => void;
}

/** Drives rollouts. Any number of engines may run on one journal: each service is driven by one of them at a time. */
export interface Engine {
  /** Goes on with everything that is unfinished, now and whenever another engine has left something. */
  start(): Promise<void>;
  /** Stores what is asked for and begins; the same key gives the same rollout. */
  submit(request: Omit<RolloutHeader, "number" | "createdAt">, idempotencyKey: string): Promise<RolloutHeader>;
  /** Looks after this rollout now, for one that was created past this engine. */
  wake(rollout: number): Promise<void>;
  /** Stops driving; rollouts stay where they are and go on with the next engine. */
  stop(): Promise<void>;
  /**
   * A rollout as people see it, with live pods while this engine drives it.
   *
   * @param until Only the journal up to this entry: how it was then.
   */
  view(rollout: number, until?: number): Promise<RolloutView | undefined>;
  /** Its journal in words; undefined: there is no such rollout. */
  entries(rollout: number): Promise<readonly EntryView[] | undefined>;
  /**
   * Called after each change of a rollout that this engine drives, `ended` once: with its end. May be called often; gives the
   * unsubscribe.
   */
  onChange(listener: (rollout: number, ended: boolean) => void): () => void;
}

export function createEngine(options: EngineOptions): Engine {
  const { journal, clock, releases, traffic, owner } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const place = options.place ?? placeInSlot;
  const secrets = options.secrets ?? noSecrets;
  const images = options.images ?? { missing: async () => [] };
  const metrics = options.metrics ?? noMetrics;
  const log = options.log ?? (() => undefined);
  const stop = new AbortController();
  const workers = new Map<string, Worker>();
  const driving = new Map<number, Worker>();
  const listeners = new Set<(rollout: number, ended: boolean) => void>();
  const live = new Map<number, Readonly<Record<string, LiveCluster>>>();
  const proxies = deafProxies(clock, limits.deaf);
  let scanning: Promise<void> | undefined;

  const changed = (rollout: number, now: Readonly<Record<string, LiveCluster>>, ended: boolean): void => {
    live.set(rollout, now);
    for (const listener of listeners) {
      try {
        listener(rollout, ended);
      } catch (error) {
        log(`a listener failed: ${String(error)}`);
      }
    }
  };

  /** Rollouts before their end in the order of their numbers, then those that only converge. */
  const turns = async (environment: string, service: string): Promise<readonly RolloutHeader[]> => {
    const own = await journal.unfinished({ environment, service });
    const ended = await Promise.all(
      own.map(async (header) => fold(header, await journal.read(header.number)).end !== undefined),
    );
    return [...own.filter((_, index) => !ended[index]), ...own.filter((_, index) => ended[index])];
  };

  const work = async (environment: string, service: string, worker: Worker): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        worker.called = false;
        const [header] = await turns(environment, service);
        if (header === undefined) {
          if (worker.called) continue;
          return;
        }
        const held = await holdLease(journal, clock, { environment, service, owner, ttl: limits.lease });
        if (held === undefined) {
          await worker.bell.wait(limits.leaseRetry, stop.signal);
          continue;
        }
        worker.commanded = true;
        driving.set(header.number, worker);
        try {
          await drive(
            {
              journal,
              releases,
              traffic,
              secrets,
              images,
              metrics,
              lost: (await options.lost?.(environment)) ?? [],
              retiring: (await options.retiring?.(environment)) ?? [],
              clock,
              place,
              limits,
              proxies,
              clusters: (await options.clusters(environment)).map((one) => heedAnswers(one, proxies)),
              held,
              signal: stop.signal,
              log,
              changed: (now, ended) => changed(header.number, now, ended),
              interrupted: () => worker.called,
              commanded: () => {
                const before = worker.commanded;
                worker.commanded = false;
                return before;
              },
              bell: worker.bell,
            },
            header,
          );
        } finally {
          driving.delete(header.number);
          live.delete(header.number);
          await held.release();
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof LeaseLost)) log(`${service} in ${environment}: ${String(error)}`);
        await worker.bell.wait(limits.leaseRetry, stop.signal).catch(() => undefined);
      }
    }
  };

  const ensureWorker = (environment: string, service: string): void => {
    if (stop.signal.aborted) return;
    const key = workKey(environment, service);
    const present = workers.get(key);
    if (present !== undefined) {
      present.called = true;
      present.bell.ring();
      return;
    }
    const worker: Worker = { bell: createBell(clock), called: false, commanded: true, done: Promise.resolve() };
    workers.set(key, worker);
    worker.done = work(environment, service, worker).finally(() => {
      workers.delete(key);
      // Called between its last look and here.
      if (worker.called) ensureWorker(environment, service);
    });
  };

  const unsubscribe = journal.onAppend((rollout, sequence) => {
    const worker = driving.get(rollout);
    if (worker === undefined) return;
    // Mostly it is an entry of its own.
    if (sequence === undefined) worker.commanded = true;
    worker.bell.ring();
  });

  const scan = async (): Promise<void> => {
    for (const { environment, service } of await journal.unfinished()) {
      if (!workers.has(workKey(environment, service))) ensureWorker(environment, service);
    }
  };

  const keepScanning = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await clock.sleep(limits.scan, stop.signal);
      await scan().catch((error) => log(`unfinished rollouts: ${String(error)}`));
    }
  };

  return {
    async start() {
      await scan();
      scanning ??= keepScanning().catch(() => undefined);
    },
    async submit(request, idempotencyKey) {
      const header = await journal.create(request, idempotencyKey);
      ensureWorker(header.environment, header.service);
      return header;
    },
    async wake(rollout) {
      const header = await journal.header(rollout);
      if (header !== undefined) ensureWorker(header.environment, header.service);
    },
    async stop() {
      unsubscribe();
      stop.abort(new Error("the engine stops"));
      await Promise.all([...workers.values()].map((worker) => worker.done));
      await scanning;
    },
    async view(rollout, until) {
      const header = await journal.header(rollout);
      if (header === undefined) return undefined;
      const records = await journal.read(rollout);
      if (until !== undefined) {
        return view(
          header,
          records.filter(({ sequence }) => sequence <= until),
        );
      }
      return view(header, records, live.get(rollout), await journal.commands(rollout));
    },
    async entries(rollout) {
      const header = await journal.header(rollout);
      return header === undefined ? undefined : entries(await journal.read(rollout));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const noSecrets: NamespaceSecrets = { secretsFor: async () => [] };
const noMetrics: Metrics = { measure: async () => undefined };

/** One per service and environment with something unfinished. */
interface Worker {
  readonly bell: Bell;
  /** A rollout of this service came since it last looked. */
  called: boolean;
  /** Commands may have come since it looked. */
  commanded: boolean;
  done: Promise<void>;
}

function workKey(environment: string, service: string): string {
  return `${environment}/${service}`;
}
