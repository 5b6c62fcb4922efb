import { noLongerThan } from "../cluster/no-longer-than.ts";
import type { Active, Clock, Measurement, Metrics } from "../ports.ts";
import type { Measured } from "../state/facts.ts";
import type { Gate } from "../state/rollout-event.ts";

/** Takes measurements beside everything else. */
export interface Measuring {
  /** Begins unless it is under way. */
  measure(gate: Gate, measurements: readonly Measurement[], of: Active): void;
  /** What was measured since the last `forget`. */
  newest(): Measured | undefined;
  /** It is written, or belongs to a gate that is over; nor does what is still under way count. */
  forget(): void;
  stop(): Promise<void>;
}

/** How long the source of metrics may take for one query, in milliseconds. */
const patience = 10_000;

export function startMeasuring(options: {
  readonly metrics: Metrics;
  readonly environment: string;
  readonly service: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: (message: string) => void;
  readonly changed: () => void;
}): Measuring {
  const { metrics, environment, service, clock, log } = options;
  const cancel = new AbortController();
  const signal = AbortSignal.any([options.signal, cancel.signal]);
  let newest: Measured | undefined;
  let running: Promise<void> | undefined;
  let forgotten = 0;

  /** A source that does not answer is no reason to turn back: it says nothing about the release. */
  const ask = async (query: string, of: Active): Promise<number | null> => {
    try {
      const value = await noLongerThan({ clock, patience }, signal, (limited) =>
        metrics.measure(query, { environment, service, ...of }, limited),
      );
      return value === undefined || !Number.isFinite(value) ? null : value;
    } catch (error) {
      if (!signal.aborted) log(`${query} of ${service} in ${environment}: ${String(error)}`);
      return null;
    }
  };

  const take = async (gate: Gate, measurements: readonly Measurement[], of: Active): Promise<void> => {
    const begun = forgotten;
    const values = await Promise.all(measurements.map(({ query }) => ask(query, of)));
    if (!signal.aborted && begun === forgotten) newest = { ...gate, values };
  };

  return {
    measure(gate, measurements, of) {
      if (signal.aborted) return;
      running ??= take(gate, measurements, of).finally(() => {
        running = undefined;
        options.changed();
      });
    },
    newest: () => newest,
    forget() {
      newest = undefined;
      forgotten += 1;
    },
    async stop() {
      cancel.abort(new Error("no longer wanted"));
      await running;
    },
  };
}
