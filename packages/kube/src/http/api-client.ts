import { ClusterError } from "@fairway/rollout";
import type { Time } from "../system-time.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { createGate } from "./gate.ts";
import { isTransient, parseStatus, type Status, statusError } from "./status-error.ts";
import {
  type ApiRequest,
  type ApiResponse,
  readBody,
  type Transport,
  TransportError,
  transportError,
} from "./transport.ts";

/** No answer of an API is longer: lists come in pages. */
const bodyLimit = 64 * 1024 * 1024;
const longestWait = 5_000;
const attempts = 4;
/** Few beside the 600 that an API server takes at a time by default (`--max-requests-inflight` and `--max-mutating-requests-inflight`). */
const callsAtOnce = 32;

export interface ApiClientOptions {
  readonly cluster: string;
  /** Where the API is, for people. */
  readonly host: string;
  readonly time: Time;
  /** For one call with all its repetitions, in milliseconds; waiting for its turn among our own calls is not in it. */
  readonly deadline: number;
  /** Before the first repetition, in milliseconds; doubled for each further one, with jitter. */
  readonly firstWait: number;
}

interface CallOptions {
  /** True when doing it twice is the same as doing it once, so that it may be repeated after a lost answer. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Requests to one API with deadline, repetition and errors of the Cluster port. */
export interface ApiClient {
  readonly cluster: string;
  readonly time: Time;
  /** Resolves with the body of a 2xx answer. Throws `ClusterError`, or the signal's reason. */
  text(request: ApiRequest, options: CallOptions): Promise<string>;
  /** The same, as JSON. */
  json(request: ApiRequest, options: CallOptions): Promise<unknown>;
  /**
   * Resolves with the headers of a 2xx answer, under the deadline; the body goes on until it ends or `signal` aborts.
   * It does not count against the calls at a time.
   *
   * @param tries 1: a failure is told at once
   */
  stream(request: ApiRequest, signal: AbortSignal, tries?: number): Promise<ApiResponse>;
}

export function createApiClient(transport: Transport, options: ApiClientOptions): ApiClient {
  const { cluster, host, time } = options;
  const gate = createGate(callsAtOnce, time);
  let answeredAt = Number.NEGATIVE_INFINITY;

  async function text(request: ApiRequest, call: CallOptions): Promise<string> {
    return repeated({ ...call, tries: attempts }, async ({ signal, queueing }) => {
      const leave = await queueing(gate.enter);
      try {
        const response = await accepted(request, signal);
        return await readBody(response, bodyLimit, signal);
      } finally {
        leave();
      }
    });
  }

  /** The answer, when it is 2xx. */
  async function accepted(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const response = await transport(request, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw transportError(error);
    });
    answeredAt = time.elapsed();
    if (response.code >= 200 && response.code < 300) return response;
    const body = await readBody(response, bodyLimit, signal);
    throw new Refusal(withHeader(parseStatus(response.code, body), response.header("retry-after"), time.now()));
  }

  /** Tries until it works, it makes no sense any more, or the deadline passes. */
  async function repeated<T>(
    call: CallOptions & { readonly tries: number },
    attempt: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const { signal } = call;
    const deadline = createDeadline(time, options.deadline, { signal, lastAnswer: () => answeredAt });
    let last: unknown;
    try {
      for (let number = 1; ; number += 1) {
        try {
          return await attempt(deadline);
        } catch (error) {
          call.signal?.throwIfAborted();
          if (deadline.isOver()) throw tooLate(last ?? error);
          last = error;
          const asked = error instanceof Refusal ? (error.status.retryAfterSeconds ?? 0) * 1000 : 0;
          // Too many requests: none of the others would fare better.
          if (error instanceof Refusal && error.status.code === 429) gate.hold(Math.min(asked, longestWait));
          const wait = number < call.tries ? waitBefore(error, number, call.repeatable) : undefined;
          // Whoever asks for more time than is left gets no further request.
          if (wait === undefined || wait >= deadline.left()) throw portError(cluster, error);
          // An abort, by the caller or the deadline, is reported by the attempt that follows at once.
          await time.sleep(wait, deadline.signal).catch(() => {});
        }
      }
    } finally {
      deadline.end();
    }
  }

  /** Milliseconds, or undefined when there is no point or no right to repeat. */
  function waitBefore(error: unknown, number: number, repeatable: boolean): number | undefined {
    const jittered = Math.min(options.firstWait * 2 ** (number - 1), longestWait) * (0.5 + time.random());
    if (error instanceof TransportError) return repeatable || !error.sent ? jittered : undefined;
    if (!(error instanceof Refusal) || !isTransient(error.status)) return undefined;
    const { code, retryAfterSeconds } = error.status;
    // With Retry-After the API says that it did not take the request up.
    const notTaken = code === 429 || (code === 503 && retryAfterSeconds !== undefined);
    if (!repeatable && !notTaken) return undefined;
    return Math.max(jittered, (retryAfterSeconds ?? 0) * 1000);
  }

  function tooLate(before: unknown): ClusterError {
    const why = before instanceof TransportError || before instanceof Refusal ? ` (${before.message})` : "";
    const queue = gate.waiting() === 0 ? "" : `; ${gate.waiting()} more calls wait for it`;
    return new ClusterError(
      "unreachable",
      cluster,
      `${host} gives no answer within ${options.deadline / 1000} s${why}${queue}`,
      { cause: before },
    );
  }

  return {
    cluster,
    time,
    text,
    async json(request, call) {
      const body = await text(request, call);
      try {
        return JSON.parse(body);
      } catch (error) {
        throw new ClusterError("unknown", cluster, `${host} answers with what is not JSON`, { cause: error });
      }
    },
    stream: (request, signal, tries = attempts) =>
      repeated({ repeatable: true, signal, tries }, (deadline) => accepted(request, deadline.signal)),
  };
}

/** An answer that is not 2xx. */
class Refusal extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3); what the body says is overruled. */
function withHeader(status: Status, header = "", now: number): Status {
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isNaN(seconds) ? status : { ...status, retryAfterSeconds: Math.max(0, seconds) };
}

function portError(cluster: string, error: unknown): unknown {
  if (error instanceof Refusal) return statusError(cluster, error.status);
  if (error instanceof TransportError)
    return new ClusterError("unreachable", cluster, error.message, { cause: error.cause });
  return error;
}
