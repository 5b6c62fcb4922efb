import type { IncomingMessage } from "node:http";

/** Why the gateway itself answered; a gateway in front of this one may then try elsewhere. */
export const REASON_HEADER = "x-fairway-reason";

/** RFC 9110 section 7.6.1, and `expect`, which the gateway answers itself. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);
/** Where the message ends and whom it is for: a sender cannot declare these to be between him and the gateway only. */
const NEVER_DROPPED = new Set(["content-length", "host"]);
const FORWARDED = new Set(["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded"]);

/** Flat name, value, name, value, ... as node:http takes it; keeps order, case and repeated fields. */
export type RawHeaders = string[];

export interface RequestHeadersOptions {
  /** Keep what a gateway in front said about the client (and append to it); else it is replaced. */
  readonly trustForwarded: boolean;
  /** Ask for this protocol instead of plain HTTP. */
  readonly upgrade?: string;
}

/** Headers for the endpoint: hop-by-hop fields removed, Host kept, X-Forwarded-* set. */
export function requestHeaders(request: IncomingMessage, options: RequestHeadersOptions): RawHeaders {
  const dropped = connectionFields(request.headers.connection);
  const headers: RawHeaders = [];
  for (const [name, value] of pairs(request.rawHeaders)) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || dropped.has(lower) || FORWARDED.has(lower)) continue;
    headers.push(name, value);
  }
  const trusted = options.trustForwarded;
  const client = request.socket.remoteAddress ?? "unknown";
  const before = trusted ? joined(request.headers["x-forwarded-for"]) : undefined;
  headers.push("X-Forwarded-For", before === undefined ? client : `${before}, ${client}`);
  const host = (trusted && joined(request.headers["x-forwarded-host"])) || request.headers.host;
  if (host !== undefined) headers.push("X-Forwarded-Host", host);
  headers.push("X-Forwarded-Proto", (trusted && joined(request.headers["x-forwarded-proto"])) || "http");
  if (options.upgrade !== undefined) headers.push("Connection", "Upgrade", "Upgrade", options.upgrade);
  else if (request.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
  return headers;
}

/** Headers for the client. An endpoint cannot pretend to be a gateway: its own reason header is dropped. */
export function responseHeaders(response: IncomingMessage): RawHeaders {
  const dropped = connectionFields(response.headers.connection);
  const headers: RawHeaders = [];
  for (const [name, value] of pairs(response.rawHeaders)) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || dropped.has(lower) || lower === REASON_HEADER) continue;
    headers.push(name, value);
  }
  return headers;
}

/**
 * Whether a request could be understood otherwise by an endpoint than by the gateway: more than one Host (RFC 9112 section
 * 3.2), or a transfer coding that would be lost on the way (section 6.1). Node itself refuses the other known ways.
 */
export function isAmbiguous(request: IncomingMessage): boolean {
  let hosts = 0;
  for (const [name] of pairs(request.rawHeaders)) if (name.toLowerCase() === "host") hosts += 1;
  const coding = request.headers["transfer-encoding"];
  return hosts > 1 || (coding !== undefined && coding.trim().toLowerCase() !== "chunked");
}

/**
 * Whether a request that asks for another protocol gets a connection of its own for it. One with a body is answered as
 * plain HTTP, its body with it; HTTP/2 in the clear (h2c) would carry requests past the gateway.
 */
export function mayUpgrade(request: IncomingMessage): boolean {
  const protocols = (request.headers.upgrade ?? "").split(",").map((protocol) => protocol.trim().toLowerCase());
  return !hasBody(request) && !protocols.includes("h2c");
}

/** Whether the request announces a body (RFC 9112 section 6.3). */
export function hasBody(request: IncomingMessage): boolean {
  if (request.headers["transfer-encoding"] !== undefined) return true;
  const length = request.headers["content-length"];
  return length !== undefined && length !== "0";
}

function* pairs(raw: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index];
    const value = raw[index + 1];
    if (name !== undefined && value !== undefined) yield [name, value];
  }
}

function connectionFields(connection: string | undefined): ReadonlySet<string> {
  const fields = (connection ?? "").split(",").map((field) => field.trim().toLowerCase());
  return new Set(fields.filter((field) => !NEVER_DROPPED.has(field)));
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
