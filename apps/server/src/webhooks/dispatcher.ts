import type { Delivery, Webhooks } from "@fairway/catalog";
import type { Log } from "../log.ts";
import { type Posted, postMessage } from "./post-message.ts";
import { type SealedSecrets, secretUnreadable } from "./sealed-secrets.ts";

/** Sends what lies in the outbox; never in the way of a rollout. */
export interface Dispatcher {
  start(): void;
  /** Something may have come into the outbox. */
  wake(): void;
  stop(): Promise<void>;
}

export interface DispatcherOptions {
  readonly webhooks: Webhooks;
  readonly secrets: SealedSecrets;
  /** What is sent; undefined when the rollout is not known any more. */
  readonly messageOf: (delivery: Delivery) => Promise<string | undefined>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  /** Milliseconds before each further try; after the last one a message is given up. */
  readonly backOff?: readonly number[];
  /** Milliseconds for an answer. */
  readonly deadline?: number;
}

const minute = 60_000;
const hour = 60 * minute;
/** About three days in all, as Standard Webhooks suggests ("Deliverability and reliability", schedule of retries). */
const defaultBackOff = [5_000, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
/** A receiver that takes longer is to answer first and work afterwards. */
export const defaultDeadline = 10_000;
/** HTTP 410: the receiver wants no more messages, as Standard Webhooks says it ("Deliverability and reliability"). */
const gone = 410;
const goneWords = "answered 410: it wants no more messages";
/** Webhooks that are written to at the same time: one that hangs holds up no other one. */
const atOnce = 8;
/** Another server's messages are found so often, in milliseconds. */
const longestWait = 30_000;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { webhooks, secrets, now, log, backOff = defaultBackOff, deadline = defaultDeadline } = options;
  const stopping = new AbortController();
  const busy = new Map<number, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let again = false;

  /** `final`: no further try would end otherwise. */
  const send = async (delivery: Delivery): Promise<Posted & { readonly final?: true }> => {
    const webhook = await webhooks.get(delivery.webhook);
    const body = await options.messageOf(delivery);
    if (webhook === undefined || body === undefined) {
      return { delivered: false, answer: undefined, error: "the rollout is not known any more", final: true };
    }
    const secret = secrets.open(webhook.sealedSecret);
    if (secret === undefined) return { delivered: false, answer: undefined, error: secretUnreadable, final: true };
    const message = { id: delivery.message, body };
    const how = { now: now(), deadline, signal: stopping.signal };
    const posted = await postMessage(webhook.url, message, secret, how);
    return posted.answer === gone ? { ...posted, error: goneWords, final: true } : posted;
  };

  const deliver = async (delivery: Delivery): Promise<void> => {
    try {
      const { final, ...posted } = await send(delivery);
      const retryAfter = posted.delivered || final ? undefined : backOff[delivery.attempts];
      await webhooks.tried(delivery, { ...posted, retryAfter });
      const { webhook, message, event } = delivery;
      if (posted.answer === gone) await webhooks.setGone(webhook, goneWords);
      if (!posted.delivered && retryAfter === undefined)
        log.error("webhook message given up", { webhook, message, event });
    } catch (error) {
      // It is held for a while, and then due again.
      if (!stopping.signal.aborted) log.error("webhook message cannot be sent", { webhook: delivery.webhook, error });
    }
  };

  const look = async (): Promise<void> => {
    do {
      again = false;
      const taken = await webhooks.take(atOnce - busy.size, deadline * 2, [...busy.keys()]);
      for (const delivery of taken) {
        const work = deliver(delivery).finally(() => {
          busy.delete(delivery.webhook);
          wake();
        });
        busy.set(delivery.webhook, work);
      }
    } while (again && busy.size < atOnce && !stopping.signal.aborted);
    const due = busy.size < atOnce ? await webhooks.nextDue([...busy.keys()]) : undefined;
    clearTimeout(timer);
    if (!stopping.signal.aborted) timer = setTimeout(wake, Math.min(due ?? longestWait, longestWait)).unref();
  };

  const wake = (): void => {
    if (stopping.signal.aborted) return;
    if (looking !== undefined || busy.size >= atOnce) {
      again = true;
      return;
    }
    looking = look()
      .catch((error: unknown) => {
        log.error("webhooks cannot be looked after", { error });
        timer = setTimeout(wake, longestWait).unref();
      })
      .finally(() => {
        looking = undefined;
        if (again && busy.size < atOnce) wake();
      });
  };

  return {
    start: wake,
    wake,
    async stop() {
      stopping.abort(new Error("the server stops"));
      clearTimeout(timer);
      await looking;
      await Promise.all(busy.values());
    },
  };
}
