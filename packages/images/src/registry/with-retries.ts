import { setTimeout as sleep } from "node:timers/promises";
import { RegistryError } from "./registry-error.ts";

/** Time and chance, so that tests need neither. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

export const systemTiming: Timing = {
  now: Date.now,
  wait: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal });
  },
  random: Math.random,
};

/** One after another without progress; with the waits below, about 12 seconds of a registry that does not answer. */
const attempts = 6;
const firstWait = 400;
const longestWait = 10_000;
/** A registry that asks for more than this is not waited for: whoever deploys should hear of it. */
const longestRetryAfter = 120_000;

/** Counts failures of one piece of work and waits between them. */
export interface Retries {
  /** Waits before the next try, or throws the failure when it is final. */
  after(failure: unknown): Promise<void>;
  /** Something was achieved: the count begins anew. */
  progress(): void;
}

/**
 * @param options.until time (of `timing`) that no wait may pass
 * @param options.onWait told before each wait
 */
export function retries(options: {
  readonly timing: Timing;
  readonly until: number;
  readonly signal: AbortSignal;
  readonly onWait: (milliseconds: number, failure: RegistryError) => void;
}): Retries {
  const { timing, until, signal, onWait } = options;
  let failures = 0;
  return {
    progress() {
      failures = 0;
    },
    async after(failure) {
      if (!(failure instanceof RegistryError) || !failure.transient) throw failure;
      failures += 1;
      if (failures >= attempts) throw failure;
      const backOff = Math.min(longestWait, firstWait * 2 ** (failures - 1)) * (0.75 + timing.random() / 2);
      const asked = failure.retryAfter ?? 0;
      const delay = Math.max(backOff, asked);
      if (asked > longestRetryAfter || timing.now() + delay > until) throw failure;
      onWait(delay, failure);
      await timing.wait(delay, signal);
    },
  };
}

/** Milliseconds of a `Retry-After` header, which is seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
