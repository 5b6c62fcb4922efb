import type { Clock } from "../clock/clock.ts";
import type { StoreSnapshot } from "../store/object-store.ts";
import { type ApiCall, apiCall } from "./api-call.ts";
import { editObject } from "./edit-object.ts";
import { type Fault, faultSchedule, type Trouble } from "./fault.ts";
import type { SimulatedRequest, SimulatedResponse, SimulatedTransport } from "./in-process-api.ts";
import { seededRandom, seedOf } from "./seeded-random.ts";
import { type SimulatedCluster, type SimulatedClusterOptions, startSimulatedCluster } from "./simulated-cluster.ts";
import { statusAnswer } from "./status-answer.ts";
import { isWatchTrouble, troubledWatch } from "./watch-faults.ts";
import { withMutations } from "./webhook.ts";

/** Time that a simulation can also set wrong. */
export interface SimulationClock extends Clock {
  jump(milliseconds: number): void;
}

export interface SimulationOptions {
  /** Virtual; everything that takes part waits by it. */
  readonly clock: SimulationClock;
  /** Decides everything that is left to chance; 1 by default. */
  readonly seed?: number;
  /** By name. */
  readonly clusters: Readonly<Record<string, Omit<SimulatedClusterOptions, "name" | "clock" | "seed" | "trace">>>;
  readonly faults?: readonly Fault[];
  /** How long a request and its answer take each, in milliseconds; 1 to 4 by default. */
  readonly latency?: { readonly least: number; readonly most: number };
  /** Told of each call, each answer, each fault and each stored change, in one line each. Equal seeds give equal lines. */
  readonly trace?: (line: string) => void;
}

/** What a client does at its calls: `before` one is sent, `after` its answer has come. Either may wait for ever, as a killed process does. */
export interface CallHooks {
  readonly before?: (call: ApiCall) => void | Promise<void>;
  readonly after?: (call: ApiCall) => void | Promise<void>;
}

/** Several clusters, and the lines to them: every call is numbered, and may meet a fault. */
export interface Simulation {
  readonly clusters: readonly SimulatedCluster[];
  cluster(name: string): SimulatedCluster;
  /** The line of one client to one cluster. `client` is told apart in calls and faults; "engine" by default. */
  transport(cluster: string, client?: string, hooks?: CallHooks): SimulatedTransport;
  /** All calls so far, in order. */
  readonly calls: readonly ApiCall[];
  /** Adds a fault; a number counts from the first call of all. */
  inject(fault: Fault): void;
  /** From now on the cluster cannot be reached, for so long or until `mend`; connections break off. */
  cut(cluster: string, milliseconds?: number): void;
  mend(cluster: string): void;
  /** In [0, 1), decided by the seed: for waits of clients. */
  readonly random: () => number;
  stop(): Promise<void>;
}

interface Line {
  readonly cluster: SimulatedCluster;
  /** Cancels the mending that is to come; undefined: it can be reached. */
  down: (() => void) | undefined;
  backup: StoreSnapshot;
  readonly mutations: Extract<Trouble, { readonly kind: "mutate" }>[];
}

/** Starts the clusters. Nothing moves before the clock does. */
export function startSimulation(options: SimulationOptions): Simulation {
  const { clock, trace = () => {} } = options;
  const seed = options.seed ?? 1;
  const { least, most } = options.latency ?? { least: 1, most: 4 };
  const random = seededRandom(seedOf(seed, "network"));
  const schedule = faultSchedule(options.faults ?? []);
  const calls: ApiCall[] = [];
  const lines = new Map(
    Object.entries(options.clusters).map(([name, of]): [string, Line] => {
      const cluster = startSimulatedCluster({ ...of, name, clock, seed, trace });
      return [name, { cluster, down: undefined, backup: cluster.backup(), mutations: [] }];
    }),
  );

  function lineTo(name: string): Line {
    const line = lines.get(name);
    if (line === undefined) throw new Error(`there is no cluster ${name}`);
    return line;
  }

  function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const cancel = clock.after(milliseconds, () => {
        signal.removeEventListener("abort", abort);
        resolve();
      });
      const abort = (): void => {
        cancel();
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  const onTheWay = (signal: AbortSignal): Promise<void> =>
    wait(least + Math.floor(random() * (most - least + 1)), signal);

  function never(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  function cut(name: string, milliseconds = Number.POSITIVE_INFINITY): void {
    const line = lineTo(name);
    line.down?.();
    line.down = clock.after(milliseconds, () => {
      line.down = undefined;
    });
    line.cluster.cut();
  }

  /** What happens to the world, not to the call. */
  function happen(what: Trouble, line: Line): void {
    const { cluster } = line;
    if (what.kind === "unreachable") cut(cluster.name, what.milliseconds);
    else if (what.kind === "backup") line.backup = cluster.backup();
    else if (what.kind === "restore") cluster.restore(line.backup);
    else if (what.kind === "edit") editObject(cluster.objects, what);
    else if (what.kind === "mutate") line.mutations.push(what);
    else if (what.kind === "clock-jump") clock.jump(what.milliseconds);
  }

  async function perform(
    line: Line,
    call: ApiCall,
    request: SimulatedRequest,
    troubles: readonly Trouble[],
    signal: AbortSignal,
  ): Promise<SimulatedResponse> {
    const meets = (kind: Trouble["kind"]): boolean => troubles.some((one) => one.kind === kind);
    if (meets("refused")) throw new ConnectionError("connection refused", false);
    for (const what of troubles)
      if (what.kind === "delay" && what.answer !== true) await wait(what.milliseconds, signal);
    await onTheWay(signal);
    if (line.down !== undefined) throw new ConnectionError("connection refused", false);
    if (meets("request-lost")) throw new ConnectionError("connection reset", true);
    if (troubles.some((one) => one.kind === "silence" && !one.done)) return never(signal);
    const given = troubles.find((one) => one.kind === "status");
    const stale = troubles.find((one) => one.kind === "stale-list");
    const answer =
      given === undefined
        ? await line.cluster.send(withMutations(asOf(request, call, stale, line.cluster), call, line.mutations), signal)
        : statusAnswer(given);
    if (troubles.some((one) => one.kind === "silence")) return never(signal);
    for (const what of troubles)
      if (what.kind === "delay" && what.answer === true) await wait(what.milliseconds, signal);
    await onTheWay(signal);
    if (meets("answer-lost")) {
      answer.destroy();
      throw new ConnectionError("connection reset", true);
    }
    if (line.down !== undefined) {
      answer.destroy();
      throw new ConnectionError("connection reset", true);
    }
    if (call.verb !== "watch") return answer;
    return { ...answer, body: troubledWatch(answer.body, troubles.filter(isWatchTrouble)) };
  }

  return {
    clusters: [...lines.values()].map(({ cluster }) => cluster),
    cluster: (name) => lineTo(name).cluster,
    calls,
    random,
    inject: (fault) => schedule.add(fault),
    cut,
    mend(name) {
      const line = lineTo(name);
      line.down?.();
      line.down = undefined;
    },
    transport(name, client = "engine", hooks = {}) {
      const line = lineTo(name);
      return async (request, signal) => {
        signal.throwIfAborted();
        const call = apiCall({ number: calls.length + 1, client, cluster: name }, request);
        calls.push(call);
        const said = `${call.number} ${client} ${name} ${call.verb} ${call.resource} ${call.namespace}/${call.name}`;
        trace(`${clock.now()} call ${said}`);
        await hooks.before?.(call);
        const troubles = schedule.due(call);
        for (const what of troubles) {
          trace(`${clock.now()} fault ${call.number} ${JSON.stringify(what)}`);
          happen(what, line);
        }
        try {
          const answer = await perform(line, call, request, troubles, signal);
          trace(`${clock.now()} answer ${call.number} ${answer.code}`);
          return answer;
        } catch (error) {
          trace(`${clock.now()} answer ${call.number} ${error instanceof ConnectionError ? error.message : "aborted"}`);
          throw error;
        } finally {
          await hooks.after?.(call);
        }
      };
    },
    async stop() {
      for (const { cluster } of lines.values()) await cluster.stop();
    },
  };
}

/** No answer. `sent` is false when the request certainly did not arrive. */
class ConnectionError extends Error {
  readonly sent: boolean;

  constructor(message: string, sent: boolean) {
    super(message);
    this.name = "ConnectionError";
    this.sent = sent;
  }
}

function asOf(
  request: SimulatedRequest,
  call: ApiCall,
  stale: Extract<Trouble, { readonly kind: "stale-list" }> | undefined,
  { objects }: SimulatedCluster,
): SimulatedRequest {
  if (stale === undefined || call.verb !== "list" || request.query?.["continue"] !== undefined) return request;
  const resourceVersion = String(Math.max(1, Number(objects.collectionVersion()) - stale.versions));
  return { ...request, query: { ...request.query, resourceVersion, resourceVersionMatch: "Exact" } };
}
