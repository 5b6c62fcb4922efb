import type { ApiRequest, ApiResponse } from "../http/api-exchange.ts";
import { bodyLimit } from "../http/request-body.ts";
import { tooLarge } from "../status.ts";

/** A request to a simulated cluster's API. */
export interface SimulatedRequest {
  readonly method: string;
  /** Absolute, percent-encoded; it may have a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  /** Others, by names in lower case. Who says no `authorization` may do everything. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly contentType: string; readonly text: string | Uint8Array };
}

/** Its answer, once the head is there. */
export interface SimulatedResponse {
  readonly code: number;
  /** By names in lower case. */
  header(name: string): string | undefined;
  headers(): Readonly<Record<string, string>>;
  /** Each write of the server is one chunk: of a watch, one line. */
  readonly body: AsyncIterable<Uint8Array>;
  isComplete(): boolean;
  destroy(error?: Error): void;
}

export type SimulatedTransport = (request: SimulatedRequest, signal: AbortSignal) => Promise<SimulatedResponse>;

/** Stands for the token of who may do everything. */
export const simulatedToken = "simulated";

/** Requests to the API in this process: nothing goes over a socket, all else is as over one. */
export function inProcessApi(answer: (request: ApiRequest, response: ApiResponse) => void): {
  readonly send: SimulatedTransport;
  /** Breaks every open answer off. */
  cut(): void;
} {
  const open = new Set<() => void>();
  return {
    async send(request, signal) {
      signal.throwIfAborted();
      const exchange = openExchange(() => {
        open.delete(exchange.breakOff);
        signal.removeEventListener("abort", abort);
      });
      const abort = (): void => exchange.breakOff(signal.reason);
      open.add(exchange.breakOff);
      signal.addEventListener("abort", abort, { once: true });
      answer(asApiRequest(request), exchange.response);
      return exchange.answered;
    },
    cut() {
      for (const breakOff of [...open]) breakOff();
    },
  };
}

function asApiRequest({ method, path, query, accept, headers, body }: SimulatedRequest): ApiRequest {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(name, value);
  return {
    method,
    url: parameters.size === 0 ? path : `${path}?${parameters}`,
    headers: {
      authorization: `Bearer ${simulatedToken}`,
      accept: accept ?? "application/json",
      "user-agent": "fairway",
      ...(body === undefined ? {} : { "content-type": body.contentType }),
      ...headers,
    },
    async body() {
      const text = body?.text ?? "";
      const bytes = typeof text === "string" ? Buffer.from(text) : Buffer.from(text);
      if (bytes.length > bodyLimit) throw tooLarge(bodyLimit);
      return bytes;
    },
  };
}

interface Exchange {
  readonly response: ApiResponse;
  readonly answered: Promise<SimulatedResponse>;
  readonly breakOff: (error?: unknown) => void;
}

/** @param onClose called once, when the answer has been read to its end or broke off */
function openExchange(onClose: () => void): Exchange {
  const head = Promise.withResolvers<SimulatedResponse>();
  const headers = new Map<string, string>();
  const listeners: { readonly event: string; readonly run: () => void }[] = [];
  let chunks: Uint8Array[] = [];
  let waiting = 0;
  let code = 0;
  let state: "open" | "ended" | "broken" = "open";
  let failure: unknown;
  let news: (() => void) | undefined;

  const emit = (event: string): void => {
    for (const listener of listeners) if (listener.event === event) listener.run();
  };
  const wake = (): void => {
    news?.();
    news = undefined;
  };

  function breakOff(error?: unknown): void {
    if (state === "broken") return;
    const wasOpen = state === "open" || chunks.length > 0;
    state = "broken";
    failure = error ?? new Error("the connection broke off");
    chunks = [];
    waiting = 0;
    head.reject(failure);
    head.promise.catch(() => {});
    wake();
    if (!wasOpen) return;
    onClose();
    emit("close");
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          waiting -= chunk.length;
          if (waiting === 0) emit("drain");
          yield chunk;
        } else if (state === "broken") throw failure;
        else if (state === "ended") return onClose();
        else {
          await new Promise<void>((resolve) => {
            news = resolve;
          });
        }
      }
    } finally {
      if (state === "open") breakOff();
    }
  }

  const response: ApiResponse = {
    get headersSent() {
      return code !== 0;
    },
    get destroyed() {
      return state === "broken";
    },
    get writableLength() {
      return waiting;
    },
    setHeader: (name, value) => headers.set(name.toLowerCase(), value),
    appendHeader(name, value) {
      const before = headers.get(name.toLowerCase());
      headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
    },
    writeHead(status, fields = {}) {
      code = status;
      for (const [name, value] of Object.entries(fields)) headers.set(name.toLowerCase(), String(value));
      return response;
    },
    flushHeaders() {
      head.resolve({
        code,
        header: (name) => headers.get(name),
        headers: () => Object.fromEntries(headers),
        body: read(),
        isComplete: () => state === "ended",
        destroy: breakOff,
      });
    },
    write(chunk) {
      if (state !== "open") return true;
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      chunks.push(bytes);
      waiting += bytes.length;
      response.flushHeaders();
      wake();
      return true;
    },
    end(text) {
      if (text !== undefined && text !== "") response.write(text);
      if (state !== "open") return;
      state = "ended";
      response.flushHeaders();
      wake();
      if (chunks.length === 0 && news === undefined) onClose();
    },
    destroy: () => breakOff(),
    on: (event, run) => listeners.push({ event, run }),
    once: (event, run) => listeners.push({ event, run }),
  };
  return { response, answered: head.promise, breakOff };
}
