import type { ApiCall } from "./api-call.ts";

/** Something that goes wrong once, as data. */
export interface Fault {
  readonly at: FaultPoint;
  readonly what: Trouble;
}

/** When it happens: at the call of that number; at the first call (or the `count`th) that fits. */
export type FaultPoint = number | (CallPattern & { readonly count?: number });

/** A call fits when everything that is said here is so. */
export type CallPattern = Partial<
  Pick<ApiCall, "client" | "cluster" | "verb" | "resource" | "namespace" | "name" | "writes">
>;

export type Trouble =
  /** Nothing listens: the request certainly never arrives. */
  | { readonly kind: "refused" }
  /** The connection breaks before the request arrives; the caller cannot know. */
  | { readonly kind: "request-lost" }
  /** It is done, and the connection breaks before the answer comes. */
  | { readonly kind: "answer-lost" }
  /** No answer ever, whether it is done or not. */
  | { readonly kind: "silence"; readonly done: boolean }
  /** The request, or its answer, takes so long. */
  | { readonly kind: "delay"; readonly milliseconds: number; readonly answer?: boolean }
  /** It is not done, and answered with this: 409, 410, 422, 429, 500, 503, a webhook's words, ... */
  | {
      readonly kind: "status";
      readonly code: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** A list as it was so many versions ago; of other calls nothing. */
  | { readonly kind: "stale-list"; readonly versions: number }
  /** Of a watch: what happens to its next event, counted from 1 after the call. Late: it comes behind the one after it. */
  | { readonly kind: "watch-event"; readonly event: number; readonly becomes: "dropped" | "repeated" | "late" }
  /** The watch breaks off before this event. */
  | { readonly kind: "watch-cut"; readonly event: number }
  /** The watch tells of 410 instead of this event, and ends. */
  | { readonly kind: "watch-expired"; readonly event: number }
  /** From this call on, the call's cluster cannot be reached for so long; connections break off. */
  | { readonly kind: "unreachable"; readonly milliseconds: number }
  /** Before the call the cluster's store is backed up; or what it had then is put back, as of the start when there was no backup. */
  | { readonly kind: "backup" }
  | { readonly kind: "restore" }
  /** Before the call somebody else changes an object of the cluster, by a merge patch; null deletes it. */
  | {
      readonly kind: "edit";
      readonly manager: string;
      readonly resource: string;
      readonly namespace?: string;
      readonly name: string;
      readonly patch: Readonly<Record<string, unknown>> | null;
    }
  /** From this call on a webhook changes what is written to such objects, by a merge patch. */
  | { readonly kind: "mutate"; readonly resource: string; readonly patch: Readonly<Record<string, unknown>> }
  /** Everybody's clock is set ahead, or back. */
  | { readonly kind: "clock-jump"; readonly milliseconds: number };

export function fits(pattern: CallPattern, call: ApiCall): boolean {
  return (
    (pattern.client ?? call.client) === call.client &&
    (pattern.cluster ?? call.cluster) === call.cluster &&
    (pattern.verb ?? call.verb) === call.verb &&
    (pattern.resource ?? call.resource) === call.resource &&
    (pattern.namespace ?? call.namespace) === call.namespace &&
    (pattern.name ?? call.name) === call.name &&
    (pattern.writes ?? call.writes) === call.writes
  );
}

/** Tells for each call which faults are due at it; each comes once. */
export function faultSchedule(faults: readonly Fault[]): {
  add(fault: Fault): void;
  due(call: ApiCall): readonly Trouble[];
} {
  const waiting = new Set<{ readonly fault: Fault; seen: number }>();
  const add = (fault: Fault): void => void waiting.add({ fault, seen: 0 });
  for (const fault of faults) add(fault);
  return {
    add,
    due(call) {
      const troubles: Trouble[] = [];
      for (const one of waiting) {
        const { at, what } = one.fault;
        if (typeof at === "number" ? at !== call.number : !fits(at, call)) continue;
        one.seen += 1;
        if (typeof at !== "number" && one.seen < (at.count ?? 1)) continue;
        waiting.delete(one);
        troubles.push(what);
      }
      return troubles;
    },
  };
}
