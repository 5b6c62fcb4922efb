import type { Clock } from "../ports.ts";

/**
 * How long proxies (kube-proxy, a Gateway's controller) may not have heard what a cluster's API says: it was silent, and they come
 * back to it later than we do. Shared by all rollouts of an engine, for it is the cluster that is silent.
 */
export interface DeafProxies {
  /** A call to this cluster had no answer. */
  silent(cluster: string): void;
  answered(cluster: string): void;
  /** In milliseconds from now; 0: they hear. */
  hearIn(cluster: string): number;
}

/**
 * They follow the API by client-go's reflectors, which wait 0.8 s, then twice as long each time, up to 30 s, each up to doubled by
 * jitter (`defaultBackoff…` in tools/cache/reflector.go). After a silence of L s the wait that is under way is at most 2 (L + 0.8) s
 * long. An API server that was started anew then refuses their place as too old, and they wait once more: twice as long.
 */
const first = 800;
const perSilence = 6;

/** @param most the longest that they take, in milliseconds; also how long they remember the last silence */
export function deafProxies(clock: Clock, most: number): DeafProxies {
  const silences = new Map<string, { readonly since: number; readonly answered?: number }>();
  const met = new Set<string>();
  const now = (): number => clock.now();
  return {
    silent(cluster) {
      const last = silences.get(cluster);
      const isOver = last?.answered !== undefined && now() - last.answered > most;
      // The clock was set back since.
      const isAhead = last !== undefined && last.since > now();
      // Nobody here knows how long one that was never met has been silent.
      const begin = met.has(cluster) ? now() : Number.NEGATIVE_INFINITY;
      silences.set(cluster, { since: last === undefined || isOver || isAhead ? begin : last.since });
    },
    answered(cluster) {
      met.add(cluster);
      const last = silences.get(cluster);
      if (last !== undefined && last.answered === undefined) silences.set(cluster, { ...last, answered: now() });
    },
    hearIn(cluster) {
      const last = silences.get(cluster);
      if (last === undefined) return 0;
      const { since, answered = now() } = last;
      const left = answered + Math.min(most, perSilence * (answered - since + first)) - now();
      // Longer than they ever take: the clock was set back since.
      return left > most ? 0 : Math.max(0, left);
    },
  };
}
