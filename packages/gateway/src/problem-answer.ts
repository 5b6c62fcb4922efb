import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { REASON_HEADER } from "./headers.ts";

/** Why the gateway answered by itself. With the first three nothing has reached a service, so the request may be tried elsewhere. */
export type GatewayReason =
  /** 503: the route has no endpoint that takes requests. */
  | "no-endpoints"
  /** 503: no endpoint accepted a connection. */
  | "connect-failed"
  /** 404: no route has this host. */
  | "no-route"
  /** 502: the connection broke before an answer; the request may have been carried out. */
  | "connection-lost"
  /** 504: no answer in time; the request may have been carried out. */
  | "timeout"
  /** 503: this gateway is stopping. */
  | "stopping"
  /** 400: an endpoint might read the request otherwise than the gateway. */
  | "ambiguous-request";

export const NEVER_SENT: ReadonlySet<string> = new Set<GatewayReason>([
  "no-endpoints",
  "connect-failed",
  "no-route",
  "stopping",
]);

const ANSWERS: Readonly<Record<GatewayReason, { readonly status: number; readonly title: string }>> = {
  "no-endpoints": { status: 503, title: "No instance of this service is ready" },
  "connect-failed": { status: 503, title: "No instance of this service accepts connections" },
  "no-route": { status: 404, title: "No service has this host" },
  "connection-lost": { status: 502, title: "The service closed the connection before it answered" },
  timeout: { status: 504, title: "The service did not answer in time" },
  stopping: { status: 503, title: "The gateway is stopping" },
  "ambiguous-request": { status: 400, title: "The request has several Hosts or an unknown transfer coding" },
};

/** Answers with a problem document (RFC 9457) and the reason header. */
export function answerProblem(response: ServerResponse, reason: GatewayReason): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, body } = problemOf(reason);
  response.writeHead(status, {
    "Content-Type": "application/problem+json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    [REASON_HEADER]: reason,
  });
  response.end(body);
}

/** The same on a bare socket, for requests that wanted an upgrade. */
export function answerProblemOn(socket: Duplex, reason: GatewayReason): void {
  const { status, title, body } = problemOf(reason);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `${REASON_HEADER}: ${reason}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function problemOf(reason: GatewayReason): { readonly status: number; readonly title: string; readonly body: string } {
  const { status, title } = ANSWERS[reason];
  return { status, title, body: `${JSON.stringify({ type: "about:blank", title, status, code: reason })}\n` };
}
