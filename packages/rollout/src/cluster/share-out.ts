import type { KubernetesObject } from "@fairway/objects";
import type { Limits } from "../limits.ts";
import type { Clock, Cluster } from "../ports.ts";
import type { Query, RouterName, SideBySide } from "../traffic/router.ts";
import { routers } from "../traffic/routers.ts";

/** What shares requests out does not do what it was told; the message says what was waited for. */
export class ShareNotTaken extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ShareNotTaken";
  }
}

/** Most routers answer at once, in milliseconds. */
const firstPause = 50;

/**
 * Waits until routers do what was applied for this share. Where only the API tells, until proxies have had the time to follow it,
 * and after an outage until they can have heard of it. A router that does not within the limit is a failure of the step
 * (`ShareNotTaken`); one whose answer nobody needs any more is waited for no longer either.
 */
export async function shareOut(of: {
  readonly cluster: Cluster;
  readonly sides: SideBySide & { readonly router: RouterName };
  readonly weight: number;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly tell?: (detail: string) => void;
  /** It was waited for before, and only what has changed since is of interest. */
  readonly isKnown?: boolean;
  /** For how many milliseconds the cluster's proxies may not hear what they are told. */
  readonly hearIn: () => number;
}): Promise<{ readonly detail: string }> {
  const { cluster, sides, weight, clock, limits, signal } = of;
  const router = routers[sides.router];
  const sync = of.isKnown ? 0 : limits.sync;
  let end = clock.now() + limits.shift;
  let since: number | undefined;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, limits.tick)) {
    const live = (await Promise.all(router.reads(sides).map((query) => read(cluster, query, signal)))).flat();
    const { taken, detail } = router.taken(sides, weight, live);
    const now = clock.now();
    if (taken) end = now + limits.shift;
    else if (now >= end) throw new ShareNotTaken(`after ${Math.round(limits.shift / 1000)} s: ${detail}`);
    since = taken ? Math.min(since ?? now, now) : undefined;
    const deaf = router.answersItself ? 0 : of.hearIn();
    const follow = since === undefined || router.answersItself ? 0 : since + sync - now;
    const left = taken ? Math.max(deaf, follow) : pause;
    if (left <= 0) return { detail };
    of.tell?.(taken && deaf > 0 ? `${detail}; ${untilTheyHear(deaf)}` : detail);
    await clock.sleep(Math.min(left, limits.tick), signal);
  }
}

/** What is waited for, in words. */
export function untilTheyHear(milliseconds: number): string {
  return `its API was silent: proxies may need ${Math.ceil(milliseconds / 1_000)} s more to hear of new pods`;
}

async function read(cluster: Cluster, query: Query, signal: AbortSignal): Promise<readonly KubernetesObject[]> {
  const { name, ...of } = query;
  if (name === undefined) return cluster.list(of, signal);
  const found = await cluster.get({ apiVersion: of.apiVersion, kind: of.kind, namespace: of.namespace, name }, signal);
  return found === undefined ? [] : [found];
}
