import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Authorization, Credentials } from "../kubeconfig/credentials.ts";
import { type ApiRequest, type ApiResponse, messageOf, type Transport, TransportError } from "./transport.ts";

/** Requests over sockets, with what the credentials say; a 401 has them asked once more. */
export function socketTransport(credentials: Credentials): Transport {
  async function authorize(signal: AbortSignal): Promise<Authorization> {
    signal.throwIfAborted();
    // What a plugin gives is for all calls: it goes on when one of them ends.
    return orAborted(credentials.authorize(), signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new TransportError(`the kubeconfig's credentials cannot be had: ${messageOf(error)}`, false, error);
    });
  }

  return async (request, signal) => {
    const first = await authorize(signal);
    const response = await send(credentials.server, first, request, signal);
    if (response.statusCode !== 401) return answerOf(response);
    credentials.renew(first);
    response.resume();
    const second = await authorize(signal);
    const again = await send(credentials.server, second, request, signal);
    if (again.statusCode === 401) credentials.renew(second);
    return answerOf(again);
  };
}

function answerOf(response: IncomingMessage): ApiResponse {
  return {
    code: response.statusCode ?? 0,
    header: (name) => {
      const value = response.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: response,
    isComplete: () => response.complete,
    destroy: (error) => void response.destroy(error),
  };
}

/**
 * Sends, and resolves when the headers are there; the body is the caller's to read or to destroy. An abort ends it in
 * every stage, the body too. Throws `TransportError`, or the signal's reason.
 */
async function send(
  server: URL,
  { agent, headers }: Authorization,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const body = request.body === undefined ? undefined : Buffer.from(request.body.text);
  let sent = false;
  let answered = false;
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
      (response) => {
        answered = true;
        resolve(response);
      },
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
      if (answered) return;
      if (signal.aborted) reject(signal.reason);
      else reject(new TransportError(`${server.host} does not answer: it closed the connection`, true, undefined));
    });
    outgoing.end(body);
  });
}

function queryText(query: ApiRequest["query"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(name, value);
  return parameters.size === 0 ? "" : `?${parameters}`;
}

/** A plugin's process cannot be aborted; its answer is no longer waited for. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
