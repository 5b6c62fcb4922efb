import { createParser } from "eventsource-parser";
import type { z } from "zod";
import { ApiProblem } from "./api-problem.ts";
import {
  type Connection,
  explainFailure,
  headersOf,
  parseValue,
  type RequestInput,
  refuseProblem,
  urlOf,
} from "./call.ts";
import type { Route } from "./route.ts";
import { problem } from "./schemas.ts";

/** One event of a stream. `id` resumes behind it (`lastEventId`). */
export interface ServerEvent<Data> {
  readonly id: string | undefined;
  readonly data: Data;
}

export interface FollowOptions {
  readonly signal?: AbortSignal | undefined;
  /** Starts behind this event. */
  readonly lastEventId?: string | undefined;
  /** Milliseconds for which a lost connection is tried again before the iterator throws. 60,000; `Infinity` never gives up. */
  readonly reconnectFor?: number;
  /** `lost` when the connection broke and is tried again, `open` when it stands. */
  readonly onConnection?: (state: "open" | "lost") => void;
}

/** The server sends a comment every 15 s; a connection that is silent for three of them is dead. */
const silenceLimit = 45_000;
const firstDelay = 250;
const longestDelay = 5_000;

/**
 * Follows a stream of server-sent events (WHATWG HTML, 9.2). Connects when first iterated; a connection that breaks is
 * made again with back-off, behind the last event that was seen; a route with a body is one that may be repeated. Ends at the server's `end` event or when `signal`
 * aborts (then it throws the reason).
 */
export async function* follow(
  route: Route,
  connection: Connection,
  input: RequestInput & FollowOptions,
): AsyncGenerator<ServerEvent<unknown>, void, undefined> {
  const { signal, reconnectFor = 60_000 } = input;
  let lastEventId = input.lastEventId;
  let delay = firstDelay;
  let lostAt: number | undefined;
  let everOpen = false;
  for (;;) {
    signal?.throwIfAborted();
    try {
      for await (const event of connectOnce(route, connection, input, lastEventId, () => {
        everOpen = true;
        lostAt = undefined;
        delay = firstDelay;
        input.onConnection?.("open");
      })) {
        if (event === "end") return;
        lastEventId = event.id ?? lastEventId;
        yield event;
      }
    } catch (error) {
      const failure = explainFailure(error, connection, signal, undefined);
      if (!isTransient(failure) || (!everOpen && reconnectFor !== Number.POSITIVE_INFINITY)) throw failure;
      if (lostAt !== undefined && Date.now() - lostAt > reconnectFor) throw failure;
    }
    if (lostAt === undefined) {
      lostAt = Date.now();
      input.onConnection?.("lost");
    }
    // Jitter: many clients must not come back in the same moment.
    await pause(delay * (0.5 + Math.random() / 2), signal);
    delay = Math.min(delay * 2, longestDelay);
  }
}

async function* connectOnce(
  route: Route,
  connection: Connection,
  input: RequestInput & FollowOptions,
  lastEventId: string | undefined,
  opened: () => void,
): AsyncGenerator<ServerEvent<unknown> | "end", void, undefined> {
  const abort = new AbortController();
  const silence = () => abort.abort(new Error("the connection went silent"));
  let timer = setTimeout(silence, silenceLimit);
  const signal = input.signal === undefined ? abort.signal : AbortSignal.any([input.signal, abort.signal]);
  try {
    const response = await connection.fetch(urlOf(route, connection, input), {
      method: route.method,
      headers: {
        ...headersOf(connection),
        accept: "text/event-stream, application/problem+json",
        ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
        ...(input.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      redirect: "error",
      credentials: "same-origin",
      cache: "no-store",
      signal,
    });
    const explain = (error: unknown) => explainFailure(error, connection, input.signal, undefined);
    await refuseProblem({ response, explain });
    if (response.body === null) return;
    opened();
    const pending: (ServerEvent<unknown> | "end" | ApiProblem)[] = [];
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (event === "end") pending.push("end");
        else if (event === "problem") pending.push(problemOf(data));
        else pending.push({ id, data: dataOf(route.response, data) });
      },
    });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      parser.feed(decoder.decode(value, { stream: true }));
      // A slow consumer is not silence: the timer runs only while we wait for the server.
      for (const item of pending.splice(0)) {
        if (item instanceof ApiProblem) throw item;
        yield item;
      }
      timer = setTimeout(silence, silenceLimit);
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

function dataOf(schema: z.ZodType | undefined, data: string): unknown {
  return schema === undefined ? data : parseValue(data, schema, 200);
}

/** A problem that arises after the stream has begun comes as an event named `problem`. */
function problemOf(data: string): ApiProblem {
  return new ApiProblem(parseValue(data, problem, 200));
}

/** Worth another try: no answer, overload, a restart behind a proxy. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false;
  return (
    error.code === "server-unreachable" ||
    error.code === "deadline-exceeded" ||
    [429, 502, 503, 504].includes(error.status)
  );
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
