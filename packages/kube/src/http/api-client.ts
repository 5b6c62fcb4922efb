import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { ClusterError } from "@fairway/rollout";
import type { Credentials } from "../kubeconfig/credentials.ts";
import { type ApiRequest, readBody, send, TransportError } from "./send.ts";
import { isTransient, parseStatus, type Status, statusError } from "./status-error.ts";

/** No answer of an API is longer: lists come in pages. */
const bodyLimit = 64 * 1024 * 1024;
const longestWait = 5_000;
const attempts = 4;

export interface ApiClientOptions {
  readonly cluster: string;
  /** For one call with all its repetitions, in milliseconds. */
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
  /** Resolves with the body of a 2xx answer. Throws `ClusterError`, or the signal's reason. */
  text(request: ApiRequest, options: CallOptions): Promise<string>;
  /** The same, as JSON. */
  json(request: ApiRequest, options: CallOptions): Promise<unknown>;
  /** Resolves with the headers of a 2xx answer, under the deadline; the body goes on until it ends or `signal` aborts. */
  stream(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage>;
}

export function createApiClient(credentials: Credentials, options: ApiClientOptions): ApiClient {
  const { cluster } = options;
  const { host } = credentials.server;

  async function text(request: ApiRequest, call: CallOptions): Promise<string> {
    return repeated(call, async (signal) => {
      const response = await accepted(request, signal);
      return readBody(response, bodyLimit, signal);
    });
  }

  /** The answer, when it is 2xx. */
  async function accepted(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await send(credentials, request, signal);
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    const body = await readBody(response, bodyLimit, signal);
    throw new Refusal(withHeader(parseStatus(code, body), response));
  }

  /** Tries until it works, it makes no sense any more, or the deadline passes. */
  async function repeated<T>(call: CallOptions, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), options.deadline);
    const signal = call.signal === undefined ? late.signal : AbortSignal.any([call.signal, late.signal]);
    let renewed = false;
    let last: unknown;
    try {
      for (let number = 1; ; number += 1) {
        try {
          return await attempt(signal);
        } catch (error) {
          call.signal?.throwIfAborted();
          if (late.signal.aborted) throw tooLate(cluster, host, options.deadline, last ?? error);
          last = error;
          if (error instanceof Refusal && error.status.code === 401 && !renewed) {
            renewed = true;
            await credentials.renew();
            continue;
          }
          const wait = waitBefore(error, number, call.repeatable);
          if (wait === undefined) throw portError(cluster, error);
          // An abort, by the caller or the deadline, is reported by the attempt that follows at once.
          await pause(wait, undefined, { signal }).catch(() => {});
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Milliseconds, or undefined when there is no point or no right to repeat. */
  function waitBefore(error: unknown, number: number, repeatable: boolean): number | undefined {
    if (number >= attempts) return undefined;
    const jittered = Math.min(options.firstWait * 2 ** (number - 1), longestWait) * (0.5 + Math.random());
    if (error instanceof TransportError) return repeatable || !error.sent ? jittered : undefined;
    if (!(error instanceof Refusal) || !isTransient(error.status)) return undefined;
    const { code, retryAfterSeconds } = error.status;
    // With Retry-After the API says that it did not take the request up.
    const notTaken = code === 429 || (code === 503 && retryAfterSeconds !== undefined);
    if (!repeatable && !notTaken) return undefined;
    return Math.max(jittered, Math.min((retryAfterSeconds ?? 0) * 1000, longestWait));
  }

  return {
    cluster,
    text,
    async json(request, call) {
      const body = await text(request, call);
      try {
        return JSON.parse(body);
      } catch (error) {
        throw new ClusterError("unknown", cluster, `${host} answers with what is not JSON`, { cause: error });
      }
    },
    stream: (request, signal) => repeated({ repeatable: true, signal }, (both) => accepted(request, both)),
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

function withHeader(status: Status, response: IncomingMessage): Status {
  const seconds = Number.parseInt(response.headers["retry-after"] ?? "", 10);
  return Number.isNaN(seconds) ? status : { ...status, retryAfterSeconds: seconds };
}

function portError(cluster: string, error: unknown): unknown {
  if (error instanceof Refusal) return statusError(cluster, error.status);
  if (error instanceof TransportError)
    return new ClusterError("unreachable", cluster, error.message, { cause: error.cause });
  return error;
}

function tooLate(cluster: string, host: string, milliseconds: number, before: unknown): ClusterError {
  const why = before instanceof TransportError || before instanceof Refusal ? ` (${before.message})` : "";
  return new ClusterError("unreachable", cluster, `${host} gives no answer within ${milliseconds / 1000} s${why}`, {
    cause: before,
  });
}
