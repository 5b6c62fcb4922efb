import type { Tenure } from "../cluster/tenure.ts";
import { type Clock, type Journal, type Lease, LeaseLost } from "../ports.ts";

/** A lease that renews itself until it is let go. */
export interface HeldLease extends Tenure {
  /** As it is now; for the journal. */
  readonly current: () => Lease;
  /** Aborts with `LeaseLost` when the lease is gone. */
  readonly signal: AbortSignal;
  /** Stops renewing and frees it. Never rejects: a lease that cannot be freed expires. */
  release(): Promise<void>;
}

/**
 * Takes the lease of a service in an environment; undefined while another engine holds it. Its end is measured on the
 * local clock from before the call, so it is never believed longer than the journal believes it.
 */
export async function holdLease<Body>(
  journal: Journal<Body>,
  clock: Clock,
  of: { readonly environment: string; readonly service: string; readonly owner: string; readonly ttl: number },
): Promise<HeldLease | undefined> {
  const { environment, service, owner, ttl } = of;
  let validUntil = clock.now() + ttl;
  const taken = await journal.acquire(environment, service, owner, ttl);
  if (taken === undefined) return undefined;
  let lease: Lease = taken;
  const lost = new AbortController();
  const stop = new AbortController();

  const lose = (): LeaseLost => {
    const error = new LeaseLost(environment, service);
    lost.abort(error);
    return error;
  };

  const renew = async (): Promise<void> => {
    if (lost.signal.aborted) throw lose();
    const until = clock.now() + ttl;
    const renewed = await journal.renew(lease, ttl);
    if (renewed === undefined) throw lose();
    lease = renewed;
    validUntil = until;
  };

  const keep = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await clock.sleep(ttl / 3, stop.signal);
      try {
        await renew();
      } catch (error) {
        if (error instanceof LeaseLost) return;
        // The journal does not answer: the lease is ours until its time is over.
        if (clock.now() >= validUntil) {
          lose();
          return;
        }
      }
    }
  };
  const keeping = keep().catch(() => undefined);

  return {
    epoch: lease.epoch,
    current: () => lease,
    signal: lost.signal,
    async prove() {
      if (lost.signal.aborted) throw lose();
      if (clock.now() >= validUntil) await renew();
    },
    confirm: renew,
    lost: () => lost.signal.aborted,
    async release() {
      stop.abort();
      await keeping;
      if (!lost.signal.aborted) await journal.release(lease).catch(() => undefined);
    },
  };
}
