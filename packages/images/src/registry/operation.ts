import type { RegistryAccess } from "./registry-address.ts";
import { RegistryError } from "./registry-error.ts";
import { systemTiming, type Timing } from "./with-retries.ts";

/** What is going on, for whoever watches. */
export type RegistryProgress =
  /** One layer on its way; `done` of `bytes`. `exists` and `mounted` end at once, as `sent` does: nothing moves for them. */
  | {
      readonly kind: "layer";
      readonly digest: string;
      readonly bytes: number;
      readonly done: number;
      readonly state: "fetching" | "sending" | "sent" | "mounted" | "exists";
    }
  /** The snapshot is made a layer; `done` of about `bytes` of the tar. */
  | { readonly kind: "compressing"; readonly bytes: number; readonly done: number }
  /** A registry failed in a way that passes; `reason` is the error's message. */
  | { readonly kind: "waiting"; readonly milliseconds: number; readonly reason: string };

/** For every call that talks to registries. */
export interface RegistryOptions {
  /** How a registry is reached, by its name in the image (`docker.io`, `127.0.0.1:5000`); undefined: without credentials. */
  readonly access: (registry: string) => RegistryAccess | undefined;
  /** When aborted, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RegistryProgress) => void) | undefined;
  /** Milliseconds for everything; 30 minutes by default. */
  readonly deadline?: number;
  /** Milliseconds without a byte on a connection; 2 minutes by default: storage behind a registry can be slow to commit. */
  readonly stall?: number;
  /** Clock and chance; those of the machine by default. */
  readonly timing?: Timing;
}

/** One call: what all its requests share. */
export interface Operation {
  readonly access: (registry: string) => RegistryAccess;
  /** Aborted with the caller's reason, or with an `interrupted` error at the deadline. */
  readonly signal: AbortSignal;
  readonly until: number;
  readonly stall: number;
  readonly timing: Timing;
  report(progress: RegistryProgress): void;
}

const usualDeadline = 30 * 60_000;
const usualStall = 120_000;

/** Runs `work` under the deadline and the caller's signal. */
export async function operation<T>(options: RegistryOptions, work: (operation: Operation) => Promise<T>): Promise<T> {
  options.signal?.throwIfAborted();
  const timing = options.timing ?? systemTiming;
  const deadline = options.deadline ?? usualDeadline;
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort(
      new RegistryError("interrupted", `the registry took longer than ${Math.round(deadline / 1000)} s altogether`, {
        hint: "check the network between here and the registry, or allow more time",
      }),
    );
  }, deadline);
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  try {
    return await work({
      access: (registry) => options.access(registry) ?? {},
      signal,
      until: timing.now() + deadline,
      stall: options.stall ?? usualStall,
      timing,
      report: options.onProgress ?? (() => {}),
    });
  } catch (error) {
    // Whatever broke because of the abort is not what the caller should read.
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    // Ends what still runs beside a failure.
    stop.abort(new RegistryError("interrupted", "the call has ended"));
  }
}
