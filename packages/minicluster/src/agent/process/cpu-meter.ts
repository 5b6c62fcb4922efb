import type { Clock } from "../../clock/clock.ts";
import type { ContainerUsage } from "./process-runtime.ts";

/** A rate over less time says little. */
const SHORTEST_MILLISECONDS = 5_000;

/** Of one pod at one moment. */
interface Reading {
  readonly at: number;
  readonly seconds: number;
}

/**
 * Cores that pods have used between the last two readings. Nothing is read unless somebody asks, and then of all pods at once.
 *
 * @param usage what each running container has used so far
 */
export function cpuMeter(
  clock: Clock,
  usage: () => readonly ContainerUsage[],
): (pod: { readonly namespace: string; readonly name: string }) => number | undefined {
  let former = new Map<string, Reading>();
  let latest = new Map<string, Reading>();
  let readAt = Number.NEGATIVE_INFINITY;

  function read(): void {
    const at = clock.now();
    if (at - readAt < SHORTEST_MILLISECONDS) return;
    readAt = at;
    former = latest;
    latest = new Map();
    for (const { namespace, pod, cpuSeconds } of usage()) {
      const key = `${namespace}/${pod}`;
      latest.set(key, { at, seconds: (latest.get(key)?.seconds ?? 0) + cpuSeconds });
    }
  }

  return ({ namespace, name }) => {
    read();
    const [before, now] = [former, latest].map((readings) => readings.get(`${namespace}/${name}`));
    // Less than before: a container has begun anew.
    if (before === undefined || now === undefined || now.seconds < before.seconds) return undefined;
    return (1000 * (now.seconds - before.seconds)) / (now.at - before.at);
  };
}
