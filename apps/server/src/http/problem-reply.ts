import { randomUUID } from "node:crypto";
import type { Problem } from "@fairway/api";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Log } from "../log.ts";
import { Refusal } from "./refusal.ts";

/** What Fastify throws for a request that it cannot read. */
const requestError = z.object({ code: z.string().optional(), statusCode: z.int().min(400).max(499) });

const unreadable: Readonly<Record<string, Omit<Problem, "type">>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: "body-too-large", title: "The request's body is too large" },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { status: 415, code: "content-type-unknown", title: "Content-Type is not supported" },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, code: "body-not-valid", title: "The body is not JSON" },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, code: "body-not-valid", title: "The body is empty" },
};

/** What the caller is told of an error: his own mistakes in full, ours only by a number that the log knows. */
export function problemOf(error: unknown, log: Log): Omit<Problem, "type"> {
  if (error instanceof Refusal) return error.problem;
  const request = requestError.safeParse(error);
  if (request.success) {
    const { code = "", statusCode } = request.data;
    return unreadable[code] ?? { status: statusCode, code: "request-not-valid", title: "The request cannot be read" };
  }
  const incident = randomUUID().slice(0, 8);
  log.error("request failed", { incident, error });
  return {
    status: 500,
    code: "internal-error",
    title: "The server failed",
    detail: `incident ${incident}`,
    hint: "the server's log tells more under this incident; the request may be repeated",
  };
}

/** Answers with `application/problem+json`. */
export function sendProblem(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const problem = problemOf(error, log);
  if (error instanceof Refusal && error.retryAfter !== undefined) reply.header("retry-after", String(error.retryAfter));
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="fairway"');
  return reply
    .status(problem.status)
    .header("cache-control", "no-store")
    .type("application/problem+json")
    .send(JSON.stringify({ type: "about:blank", ...problem }));
}
