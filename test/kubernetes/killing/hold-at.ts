import type { Gatekeeper, Write } from "./api-gate.ts";
import type { Point } from "./points.ts";

/** Stops rollouts at their points, so that one kill hits several of them, each exactly there. */
export interface Holds extends Gatekeeper {
  /** From now on each of these namespaces stops at its point. Forgets what was counted before. */
  arm(points: Readonly<Record<string, Point>>): void;
  /** The journal of the namespace's rollout has come so far. */
  seen(namespace: string, sequence: number): void;
  /** Its rollout is over: nothing will stop there. */
  over(namespace: string): void;
  /**
   * Resolves when all have stopped or are over, or when the first one has stood for so long that its call would end by itself.
   *
   * @returns namespaces that stopped
   */
  stopped(): Promise<readonly string[]>;
  /** Resolves when the first one has stopped. */
  anyStopped(): Promise<void>;
  /** After the kill: what was held is never passed on, and from now on all goes through. */
  drop(): void;
  /** All writes since `arm`, as they came. */
  writes(): readonly Write[];
}

/** The server's calls have 10 seconds each. */
const longestHold = 7_000;

export function createHolds(): Holds {
  let points: Readonly<Record<string, Point>> = {};
  let counts = new Map<string, number>();
  let log: Write[] = [];
  let done = new Set<string>();
  let held = new Set<string>();
  let dropped = Promise.withResolvers<never>();
  let full = Promise.withResolvers<void>();
  let first = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  dropped.promise.catch(() => undefined);

  const check = (): void => {
    if (Object.keys(points).every((one) => held.has(one) || done.has(one))) full.resolve();
  };
  const stop = (namespace: string): void => {
    if (held.has(namespace) || done.has(namespace)) return;
    held.add(namespace);
    first.resolve();
    timer ??= setTimeout(full.resolve, longestHold);
    check();
  };
  const isAt = (namespace: string, at: Point["at"], n: number | undefined): boolean => {
    const point = points[namespace];
    return n !== undefined && point?.at === at && point.n === n;
  };
  const numbers = new WeakMap<Write, number>();

  return {
    async before(write) {
      log.push(write);
      const n = (counts.get(write.namespace) ?? 0) + 1;
      counts.set(write.namespace, n);
      numbers.set(write, n);
      if (isAt(write.namespace, "before", n)) stop(write.namespace);
      if (held.has(write.namespace)) await dropped.promise;
    },
    async after(write) {
      if (!isAt(write.namespace, "after", numbers.get(write))) return;
      stop(write.namespace);
      if (held.has(write.namespace)) await dropped.promise;
    },
    arm(next) {
      points = next;
      counts = new Map();
      log = [];
      done = new Set();
      held = new Set();
      clearTimeout(timer);
      timer = undefined;
      full = Promise.withResolvers();
      first = Promise.withResolvers();
      dropped = Promise.withResolvers();
      dropped.promise.catch(() => undefined);
    },
    seen(namespace, sequence) {
      const point = points[namespace];
      if (point?.at === "entry" && sequence >= point.n) stop(namespace);
    },
    over(namespace) {
      done.add(namespace);
      check();
    },
    async stopped() {
      await full.promise;
      return [...held];
    },
    anyStopped: () => first.promise,
    drop() {
      clearTimeout(timer);
      dropped.reject(new Error("who sent it was killed"));
      points = {};
      held = new Set();
    },
    writes: () => log,
  };
}
