import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Authorization } from "../kubeconfig/credentials.ts";

/** One request to a Kubernetes API. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute, percent-encoded: `/api/v1/namespaces/user`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  readonly body?: { readonly contentType: string; readonly text: string };
}

/** No answer came. `sent` is false when the request certainly never reached the server. */
export class TransportError extends Error {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, cause: unknown) {
    super(message, { cause });
    this.name = "TransportError";
    this.sent = sent;
  }
}

/**
 * Sends, and resolves when the headers are there; the body is the caller's to read or to destroy. An abort ends it in
 * every stage, the body too. Throws `TransportError`, or the signal's reason.
 */
export async function send(
  server: URL,
  { agent, headers }: Authorization,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const body = request.body === undefined ? undefined : Buffer.from(request.body.text);
  let sent = false;
  return new Promise((resolve, reject) => {
    const outgoing = (server.protocol === "http:" ? http : https).request(
      {
        agent,
        signal,
        method: request.method,
        hostname: server.hostname.replace(/^\[(.*)\]$/, "$1"),
        port: server.port,
        path: server.pathname.replace(/\/$/, "") + request.path + queryText(request.query),
        headers: {
          accept: request.accept ?? "application/json",
          "user-agent": "fairway",
          ...(request.body === undefined ? {} : { "content-type": request.body.contentType }),
          ...(body === undefined ? {} : { "content-length": body.length }),
          ...headers,
        },
      },
      resolve,
    );
    outgoing.on("socket", (socket) => {
      if (!socket.connecting) sent = true;
      else
        socket.once(server.protocol === "http:" ? "connect" : "secureConnect", () => {
          sent = true;
        });
    });
    outgoing.on("error", (error) => {
      if (signal.aborted) reject(signal.reason);
      else reject(new TransportError(`${server.host} does not answer: ${messageOf(error)}`, sent, error));
    });
    // An answer that changes the protocol (101) ends a request without response and error.
    outgoing.once("close", () => {
      if (signal.aborted) reject(signal.reason);
      else reject(new TransportError(`${server.host} does not answer: it closed the connection`, true, undefined));
    });
    outgoing.end(body);
  });
}

/** The whole body as text. Throws `TransportError` when it breaks off or is longer than `limit` bytes. */
export async function readBody(response: IncomingMessage, limit: number, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      length += chunk.length;
      if (length > limit) throw new Error(`the answer is longer than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    response.destroy();
    signal.throwIfAborted();
    throw new TransportError(`the answer broke off: ${messageOf(error)}`, true, error);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function queryText(query: ApiRequest["query"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(name, value);
  return parameters.size === 0 ? "" : `?${parameters}`;
}

/** In the words of people where there are some. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    ENOTFOUND: "its name is not known",
    EAI_AGAIN: "its name cannot be looked up now",
    EHOSTUNREACH: "no route to it",
    ENETUNREACH: "no route to it",
    ETIMEDOUT: "connection timed out",
  };
  return (code === undefined ? undefined : words[code]) ?? error.message;
}
