import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { EndpointPool } from "./endpoint-pool.ts";
import type { RawHeaders } from "./headers.ts";

/** What became of sending a request to one endpoint. */
export type Attempt =
  | { readonly kind: "answered"; readonly request: ClientRequest; readonly response: IncomingMessage }
  | {
      readonly kind: "upgraded";
      readonly response: IncomingMessage;
      readonly socket: Duplex;
      readonly head: Buffer;
    }
  /** No connection came about: nothing was sent. */
  | { readonly kind: "not-connected" }
  /** A kept connection turned out to be closed, before any byte of an answer. */
  | { readonly kind: "idle-closed" }
  | { readonly kind: "lost" }
  | { readonly kind: "timeout" };

export interface AttemptOptions {
  readonly method: string;
  readonly path: string;
  readonly headers: RawHeaders;
  readonly connectMilliseconds: number;
  readonly responseMilliseconds: number;
  /** Called when there is a connection: send the body, end the request. Returns the detach. */
  readonly sendBody: (request: ClientRequest) => () => void;
  /** Aborts when the client went away. */
  readonly signal: AbortSignal;
  /** A connection of its own, for upgrades. */
  readonly ownConnection: boolean;
}

/** Sends a request to one endpoint and resolves when the head of its answer is there, or it is clear that none comes. */
export function attempt(pool: EndpointPool, options: AttemptOptions): Promise<Attempt> {
  return new Promise((resolve) => {
    let detach: (() => void) | undefined;
    let connected = false;
    let settled = false;
    const request = httpRequest({
      host: pool.host,
      port: pool.port,
      method: options.method,
      path: options.path,
      headers: options.headers,
      agent: options.ownConnection ? false : pool.agent,
      setHost: false,
    });
    const connectTimer = setTimeout(() => fail("not-connected"), options.connectMilliseconds);
    let responseTimer: NodeJS.Timeout | undefined;
    const abort = (): void => {
      request.destroy();
    };
    options.signal.addEventListener("abort", abort, { once: true });

    function settle(result: Attempt): void {
      if (settled) return;
      settled = true;
      clearTimeout(connectTimer);
      clearTimeout(responseTimer);
      resolve(result);
    }
    function fail(kind: "not-connected" | "idle-closed" | "lost" | "timeout"): void {
      detach?.();
      settle({ kind });
      request.destroy();
    }
    function onConnected(): void {
      if (settled) return;
      connected = true;
      clearTimeout(connectTimer);
      responseTimer = setTimeout(() => fail("timeout"), options.responseMilliseconds);
      detach = options.sendBody(request);
    }

    request.on("socket", (socket: Socket) => {
      if (socket.connecting) socket.once("connect", onConnected);
      else onConnected();
    });
    request.on("response", (response) => {
      response.once("close", () => options.signal.removeEventListener("abort", abort));
      settle({ kind: "answered", request, response });
    });
    request.on("upgrade", (response, socket, head) => {
      options.signal.removeEventListener("abort", abort);
      settle({ kind: "upgraded", response, socket, head });
    });
    request.on("error", () => {
      if (!connected) fail("not-connected");
      else if (request.reusedSocket) fail("idle-closed");
      else fail("lost");
    });
    request.on("close", () => {
      detach?.();
      if (!settled) fail("lost");
    });
    if (options.signal.aborted) abort();
  });
}
