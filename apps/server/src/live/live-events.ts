import { randomUUID } from "node:crypto";
import type { LiveEvent } from "@fairway/api";
import type { OutgoingEvent } from "../http/handler.ts";

/** Events kept for clients that come back. */
const kept = 1_000;
/** Events of one moment are sent together and at most once. */
const quietFor = 100;

/** Tells the dashboard what changed. Says only "fetch this again", so a repeated event harms nobody. */
export interface LiveEvents {
  publish(event: LiveEvent): void;
  /**
   * Everything that is published from now on, or, with the id of an event, everything behind it. An id that is too old,
   * or of another process, begins with `everything()`: what was missed cannot be told any more.
   */
  subscribe(lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<OutgoingEvent<LiveEvent>>;
}

/** @param everything one event for each thing that may have changed */
export function createLiveEvents(everything: () => Promise<readonly LiveEvent[]>): LiveEvents {
  const process = randomUUID().slice(0, 8);
  const buffer: { readonly sequence: number; readonly event: LiveEvent }[] = [];
  const waiting = new Map<string, LiveEvent>();
  const wakers = new Set<() => void>();
  let sequence = 0;

  const flush = () => {
    for (const event of waiting.values()) {
      sequence += 1;
      buffer.push({ sequence, event });
    }
    waiting.clear();
    buffer.splice(0, Math.max(0, buffer.length - kept));
    for (const wake of wakers) wake();
  };

  return {
    publish(event) {
      if (waiting.size === 0) setTimeout(flush, quietFor).unref();
      waiting.set(`${event.kind} ${event.environment ?? ""} ${event.id}`, event);
    },
    async *subscribe(lastEventId, signal) {
      const idOf = (at: number) => `${process}-${at}`;
      let seen = lastEventId === undefined ? sequence : sequenceOf(lastEventId, process);
      while (!signal.aborted) {
        const oldest = buffer[0]?.sequence ?? sequence + 1;
        if (seen === undefined || seen > sequence || seen < oldest - 1) {
          seen = sequence;
          for (const event of await everything()) yield { id: idOf(seen), data: event };
        }
        const known = seen;
        const next = buffer.find((entry) => entry.sequence > known);
        if (next === undefined) {
          await woken(wakers, signal);
        } else {
          seen = next.sequence;
          yield { id: idOf(seen), data: next.event };
        }
      }
    },
  };
}

function sequenceOf(id: string, process: string): number | undefined {
  const [, owner, sequence] = /^([0-9a-f]+)-(\d+)$/.exec(id) ?? [];
  return owner === process && sequence !== undefined ? Number(sequence) : undefined;
}

function woken(wakers: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      wakers.delete(wake);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    wakers.add(wake);
    signal.addEventListener("abort", wake);
  });
}
