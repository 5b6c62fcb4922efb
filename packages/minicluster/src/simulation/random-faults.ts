import type { ApiCall } from "./api-call.ts";
import type { Fault, Trouble } from "./fault.ts";
import { seededRandom } from "./seeded-random.ts";

export interface RandomFaultsOptions {
  readonly seed: number;
  /** Of a run without faults: faults are put at its calls, so that most of them hit something. */
  readonly calls: readonly ApiCall[];
  /** 1 by default. */
  readonly count?: number;
}

/** Faults that can happen at a call, by what it is; none that only the caller can describe (edits, webhooks). */
export function troublesOf(call: ApiCall): readonly Trouble[] {
  const everywhere: readonly Trouble[] = [
    { kind: "refused" },
    { kind: "request-lost" },
    { kind: "answer-lost" },
    { kind: "silence", done: false },
    { kind: "silence", done: true },
    { kind: "delay", milliseconds: 4_000 },
    { kind: "delay", milliseconds: 4_000, answer: true },
    { kind: "status", code: 429, retryAfterSeconds: 2 },
    { kind: "status", code: 500 },
    { kind: "status", code: 503 },
    { kind: "unreachable", milliseconds: 3_000 },
    { kind: "unreachable", milliseconds: 90_000 },
    { kind: "clock-jump", milliseconds: 3_600_000 },
    { kind: "clock-jump", milliseconds: -3_600_000 },
  ];
  if (call.verb === "watch") {
    const events = [1, 2, 5];
    return [
      ...everywhere,
      { kind: "status", code: 410, reason: "Expired" },
      ...events.flatMap((event): readonly Trouble[] => [
        { kind: "watch-event", event, becomes: "dropped" },
        { kind: "watch-event", event, becomes: "repeated" },
        { kind: "watch-event", event, becomes: "late" },
        { kind: "watch-cut", event },
        { kind: "watch-expired", event },
      ]),
    ];
  }
  if (call.verb === "list")
    return [...everywhere, { kind: "stale-list", versions: 5 }, { kind: "stale-list", versions: 40 }];
  if (!call.writes) return everywhere;
  return [
    ...everywhere,
    { kind: "status", code: 409, reason: "Conflict" },
    { kind: "status", code: 422, reason: "Invalid" },
  ];
}

/** Faults that the seed chooses. Equal seeds and calls give equal faults. */
export function randomFaults({ seed, calls, count = 1 }: RandomFaultsOptions): readonly Fault[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  return Array.from({ length: count }, (): readonly Fault[] => {
    const call = pick(calls);
    const what = call === undefined ? undefined : pick(troublesOf(call));
    return call === undefined || what === undefined ? [] : [{ at: call.number, what }];
  }).flat();
}
