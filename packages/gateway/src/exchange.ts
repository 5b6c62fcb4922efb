import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type Attempt, attempt } from "./attempt.ts";
import type { Balancer } from "./balancer.ts";
import type { EndpointPool } from "./endpoint-pool.ts";
import { hasBody, REASON_HEADER, requestHeaders, responseHeaders } from "./headers.ts";
import { answerProblem, answerProblemOn, type GatewayReason, NEVER_SENT } from "./problem-answer.ts";
import { createReplayBody, type ReplayBody } from "./replay-body.ts";

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
/** Enough for nearly every request that is not an upload. */
const REPLAY_BYTES = 256 * 1024;
/** Stale connections are all closed after the first, so more than this is not a race any more. */
const MAX_IDLE_CLOSED = 3;

/** What forwarding needs of the gateway. */
export interface ExchangeContext {
  pool(endpoint: string): EndpointPool;
  readonly connectMilliseconds: number;
  readonly responseMilliseconds: number;
  /** The endpoints are gateways too: their reason header is believed. */
  readonly endpointsAreGateways: boolean;
  readonly trustForwarded: boolean;
}

/** Forwards one request and answers it, whatever happens. */
export async function exchange(
  context: ExchangeContext,
  balancer: Balancer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = hasBody(request) ? createReplayBody(request, REPLAY_BYTES) : undefined;
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const result = await firstAnswer(context, balancer, request, body, gone.signal);
  if (typeof result !== "string" && result.kind === "upgraded") {
    // Nobody asked for that: the connection speaks something else from now on.
    result.socket.destroy();
    return answerProblem(response, "connection-lost");
  }
  if (gone.signal.aborted) return;
  if (typeof result === "string") return answerProblem(response, result);
  relay(result.response, response);
}

/** The same for a request that wants to switch protocols, for example to WebSocket. */
export async function exchangeUpgrade(
  context: ExchangeContext,
  balancer: Balancer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const gone = new AbortController();
  const left = (): void => gone.abort();
  socket.once("close", left);
  socket.on("error", left);
  const result = await firstAnswer(context, balancer, request, undefined, gone.signal, request.headers.upgrade ?? "");
  if (gone.signal.aborted) {
    if (typeof result !== "string" && result.kind === "upgraded") result.socket.destroy();
    return;
  }
  if (typeof result === "string") return answerProblemOn(socket, result);
  if (result.kind === "answered") return relayOn(socket, result.response);
  if (result.kind !== "upgraded") return answerProblemOn(socket, "connection-lost");
  const upstream = result.socket;
  writeHead(socket, result.response, "Upgrade", result.response.headers.upgrade);
  if (result.head.length > 0) socket.write(result.head);
  if (head.length > 0) upstream.write(head);
  upstream.on("error", () => socket.destroy());
  upstream.once("close", () => socket.destroy());
  socket.once("close", () => upstream.destroy());
  upstream.pipe(socket).pipe(upstream);
}

type Answer = Attempt & { readonly kind: "answered" | "upgraded" };

async function firstAnswer(
  context: ExchangeContext,
  balancer: Balancer,
  request: IncomingMessage,
  body: ReplayBody | undefined,
  signal: AbortSignal,
  upgrade?: string,
): Promise<Answer | GatewayReason> {
  const method = request.method ?? "GET";
  const headers = requestHeaders(request, {
    trustForwarded: context.trustForwarded,
    ...(upgrade === undefined ? {} : { upgrade }),
  });
  const tried = new Set<string>();
  let reason: GatewayReason = "no-endpoints";
  let idleClosed = 0;
  let backend: string | undefined;
  for (;;) {
    const target = balancer.next(tried, (endpoint) => context.pool(endpoint).suspect(), backend);
    if (!target) return reason;
    backend ??= target.backend;
    const pool = context.pool(target.endpoint);
    const sentBefore = body?.sent ?? 0;
    const result = await attempt(pool, {
      method,
      path: originForm(request.url ?? "/"),
      headers,
      connectMilliseconds: context.connectMilliseconds,
      responseMilliseconds: context.responseMilliseconds,
      ownConnection: upgrade !== undefined,
      signal,
      sendBody(sink) {
        if (body) return body.sendTo(sink);
        sink.end();
        return () => undefined;
      },
    });
    if (signal.aborted) return reason;
    const resendable = body === undefined || body.replayable;
    switch (result.kind) {
      case "upgraded":
        return result;
      case "answered": {
        pool.accepted();
        const said = context.endpointsAreGateways ? result.response.headers[REASON_HEADER] : undefined;
        if (typeof said !== "string" || !NEVER_SENT.has(said) || !resendable) return result;
        reason = reason === "connect-failed" ? reason : "no-endpoints";
        tried.add(target.endpoint);
        // An unfinished upload must not stay on a connection that is used again.
        if (body && !body.ended) result.request.destroy();
        else result.response.resume();
        break;
      }
      case "not-connected":
        pool.refused();
        reason = "connect-failed";
        tried.add(target.endpoint);
        break;
      case "idle-closed": {
        const nothingProcessed = body !== undefined && body.sent === sentBefore;
        if (!(IDEMPOTENT.has(method) || nothingProcessed) || !resendable) return "connection-lost";
        if (++idleClosed > MAX_IDLE_CLOSED) return "connection-lost";
        pool.closeIdle();
        break;
      }
      case "lost":
        return "connection-lost";
      case "timeout":
        return "timeout";
    }
  }
}

/** A request to a proxy may carry a whole URL (RFC 9112 section 3.2.2); an endpoint gets the path. */
function originForm(url: string): string {
  if (url.startsWith("/") || url === "*") return url;
  const parsed = URL.parse(url);
  return parsed ? `${parsed.pathname}${parsed.search}` : "/";
}

function relay(from: IncomingMessage, to: ServerResponse): void {
  to.writeHead(from.statusCode ?? 502, from.statusMessage ?? "", responseHeaders(from));
  // A stream (server-sent events, for example) may say nothing for long: its head must not wait.
  if (from.headers["content-length"] === undefined) to.flushHeaders();
  from.once("error", () => to.destroy());
  from.once("aborted", () => to.destroy());
  to.once("close", () => {
    if (!from.complete) from.destroy();
  });
  from.pipe(to);
}

/** A refused upgrade: the answer goes out on the bare socket, which then closes. */
function relayOn(socket: Duplex, response: IncomingMessage): void {
  writeHead(socket, response, "close", undefined);
  response.once("error", () => socket.destroy());
  response.pipe(socket);
}

function writeHead(socket: Duplex, response: IncomingMessage, connection: string, upgrade: string | undefined): void {
  let head = `HTTP/1.1 ${response.statusCode ?? 502} ${response.statusMessage ?? ""}\r\n`;
  const headers = responseHeaders(response);
  for (let index = 0; index + 1 < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  head += `Connection: ${connection}\r\n`;
  if (upgrade !== undefined) head += `Upgrade: ${upgrade}\r\n`;
  socket.write(`${head}\r\n`);
}
