import type { ClusterError } from "@fairway/rollout";
import type { Informer } from "./informer.ts";

/** Who follows one namespace of a copy. Called at once, in the middle of a change. */
interface Follower {
  changed(resource: string): void;
  /** @param resource what cannot be followed any more; undefined: nothing can */
  failed(error: ClusterError, resource: string | undefined): void;
}

/** What a connection follows of its whole cluster anyway, objects with Fairway's label and Events, for others who read it too. */
export interface ClusterCopy {
  /** The copy of a kind; undefined while it is not known to be sound, and for kinds that are not in it. */
  informer(resource: string): Informer | undefined;
  /** Resolves when each of these kinds that it has is either sound or cannot be had, or rejects with the signal's reason. */
  settled(resources: readonly string[], signal: AbortSignal): Promise<void>;
  /** What it returns ends it. */
  join(namespace: string, follower: Follower): () => void;
}

/** The side of who keeps it. */
export interface KeptCopy extends ClusterCopy {
  isFollowed(namespace: string): boolean;
  /** Something of this kind in this namespace is different now; undefined: perhaps in any. */
  changed(resource: string, namespace: string | undefined): void;
  failed(error: ClusterError, resource?: string): void;
  /** It may have settled. */
  sound(): void;
}

/**
 * @param of the copies of kinds, by their plural; `signal` has aborted when they are kept no more
 */
export function keepCopy(of: {
  readonly informer: (resource: string) => Informer | undefined;
  readonly isReachable: () => boolean;
  readonly signal: AbortSignal;
}): KeptCopy {
  const followers = new Map<string, Set<Follower>>();
  const waiting = new Set<() => void>();

  function isSettled(resource: string): boolean {
    const one = of.informer(resource);
    return one === undefined || one.sound || (one.trouble !== undefined && one.trouble.code !== "unreachable");
  }

  return {
    informer(resource) {
      const one = of.informer(resource);
      return !of.signal.aborted && of.isReachable() && one?.sound ? one : undefined;
    },
    async settled(resources, signal) {
      const either = AbortSignal.any([signal, of.signal]);
      for (;;) {
        either.throwIfAborted();
        if (of.isReachable() && resources.every(isSettled)) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        either.addEventListener("abort", () => resolve(), { once: true });
        await promise;
        waiting.delete(resolve);
      }
    },
    join(namespace, follower) {
      const there = followers.get(namespace) ?? new Set();
      followers.set(namespace, there.add(follower));
      return () => {
        if (there.delete(follower) && there.size === 0) followers.delete(namespace);
      };
    },
    isFollowed: (namespace) => followers.has(namespace),
    changed(resource, namespace) {
      const all = namespace === undefined ? [...followers.values()] : [followers.get(namespace) ?? []];
      for (const some of all) for (const one of some) one.changed(resource);
    },
    failed(error, resource) {
      for (const some of followers.values()) for (const one of some) one.failed(error, resource);
      for (const wake of waiting) wake();
    },
    sound() {
      for (const wake of waiting) wake();
    },
  };
}
