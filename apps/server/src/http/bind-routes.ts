import { Readable } from "node:stream";
import { type Route, routes } from "@fairway/api";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Log } from "../log.ts";
import type { Authenticator } from "../sign-in/authenticator.ts";
import type { RecordCommand } from "./command-audit.ts";
import { writeEvents } from "./event-writer.ts";
import type { AnyExchange, Caller, Handlers, OutgoingEvent } from "./handler.ts";
import { parsePart } from "./parse-part.ts";
import { problemOf, sendProblem } from "./problem-reply.ts";
import { NotModified, notFound, Refusal } from "./refusal.ts";
import { sessionCookie } from "./session-cookie.ts";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
    /** What its handler says that it is about. */
    about: readonly string[] | undefined;
  }
}

export interface Binding {
  readonly authenticator: Authenticator;
  readonly recordCommand: RecordCommand;
  readonly log: Log;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** Bytes of a JSON body; a body that is allowed to be larger is named here. */
const bodyLimit = 64 * 1024;
const largerBodies: Readonly<Record<string, number>> = {
  // 1 MiB of TOML and as much of other files, each character of which may take two in JSON.
  createRelease: 4.5 * 1024 * 1024,
  createImage: 4.5 * 1024 * 1024,
  diff: 4.5 * 1024 * 1024,
  render: 4.5 * 1024 * 1024,
  putProfile: 2.5 * 1024 * 1024,
  previewProfile: 2.5 * 1024 * 1024,
  // Two Docker configurations of 256 KiB and 64 KiB of certificates.
  putRegistry: 1.5 * 1024 * 1024,
  // 256 KiB of kubeconfig.
  addCluster: 640 * 1024,
};

/** Open streams at once; a page has one or two, and each costs a connection and memory until its client leaves. */
const mostStreams = 500;

/** A handler whose parts are known only at run time: the schemas of its route have checked them. */
type AnyHandler = (exchange: AnyExchange & Readonly<Record<"params" | "query" | "body", unknown>>) => unknown;

/** Registers every route of the API with its handler. The one place where permissions are checked. */
export function bindRoutes(app: FastifyInstance, handlers: Handlers, binding: Binding): void {
  const uploads = new Set(Object.values<Route>(routes).flatMap(({ upload }) => (upload ? [upload.contentType] : [])));
  for (const contentType of uploads) {
    app.addContentTypeParser(contentType, (_request, payload, done) => done(null, payload));
  }
  let streams = 0;
  const openStream = (): (() => void) => {
    if (streams >= mostStreams) {
      throw new Refusal(
        {
          status: 503,
          code: "too-many-streams",
          title: "Too many streams are open",
          hint: "close some, then try again",
        },
        { retryAfter: 10 },
      );
    }
    streams += 1;
    return () => {
      streams -= 1;
    };
  };
  for (const [name, route] of Object.entries<Route>(routes)) {
    // `Handlers` proves that the handler fits the route of the same name; a loop over names cannot keep that.
    const handler = handlers[name as keyof Handlers] as unknown as AnyHandler;
    app.route({
      method: route.method as HTTPMethods,
      url: route.path.replace(/\{(\w+)\}/g, ":$1"),
      bodyLimit: route.upload === undefined ? (largerBodies[name] ?? bodyLimit) : Number.MAX_SAFE_INTEGER,
      // Before the body is read, so that nobody can make us read one without the right to send it.
      onRequest: async (request) => {
        request.caller = binding.authenticator.callerOf(request.headers.authorization, sessionCookie.read(request));
        requirePermission(request.caller, route);
      },
      onError: async (request, _reply, error) => {
        if (isCommand(route)) await binding.recordCommand(name, route, request, problemOf(error, silent).code);
      },
      handler: async (request, reply) => {
        const closeStream = route.stream === "sse" ? openStream() : undefined;
        try {
          return await serve(name, route, handler, request, reply, binding);
        } finally {
          closeStream?.();
          if (route.upload !== undefined) request.raw.resume();
        }
      },
    });
  }
}

const silent: Log = { info: () => {}, error: () => {} };

/** What changes something is audited; reading is not. */
function isCommand(route: Route): boolean {
  return route.method !== "GET" && route.method !== "HEAD" && route.reads !== true;
}

function requirePermission(caller: Caller, route: Route): void {
  if (route.permission === "public" || caller.permissions.has(route.permission)) return;
  if (caller.via === "nothing") {
    throw new Refusal({
      status: 401,
      code: "not-signed-in",
      title: "Sign in first",
      hint: "send the token of <FAIRWAY_HOME>/admin-token as a bearer token, or open the dashboard with: fairway open",
    });
  }
  throw new Refusal({
    status: 403,
    code: "permission-missing",
    title: "You may not do this",
    detail: `it needs the permission ${route.permission}`,
  });
}

async function serve(
  name: string,
  route: Route,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  binding: Binding,
): Promise<unknown> {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, binding.stopping]);
  let result: unknown;
  try {
    result = await handler(exchangeOf(route, request, reply, signal));
  } catch (error) {
    if (error instanceof NotModified) return reply.status(304).send();
    throw error;
  }
  if (isCommand(route)) await binding.recordCommand(name, route, request, undefined);
  if (route.stream === "sse") {
    reply.hijack();
    for (const [header, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(header, value);
    }
    await writeEvents(reply.raw, checkedEvents(route, result), signal, (error) => problemOf(error, binding.log));
    return reply;
  }
  reply.status(route.status).header("cache-control", "no-store");
  if (route.stream === "text") return reply.type("text/plain; charset=utf-8").send(result);
  if (route.method === "HEAD") return reply.status(result === true ? route.status : 404).send();
  if (route.response === undefined) return reply.send();
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(route.response.parse(result)));
}

function exchangeOf(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): Parameters<AnyHandler>[0] {
  const lastEventId = request.headers["last-event-id"];
  return {
    params: parsePart("params", route.params, request.params),
    query: parsePart("query", route.query, request.query),
    body: parsePart("body", route.body, request.body),
    // Whoever stops reading must not end the stream: an unread rest would stand before the next request.
    content: request.body instanceof Readable ? request.body.iterator({ destroyOnReturn: false }) : Readable.from([]),
    caller: request.caller,
    signal,
    lastEventId: typeof lastEventId === "string" ? lastEventId.slice(0, 200) : undefined,
    version(version) {
      reply.header("etag", `"${version}"`);
      if (request.headers["if-none-match"] === `"${version}"`) throw new NotModified();
    },
    about(...words) {
      request.about = words;
    },
    setSession(session) {
      if (session === undefined) sessionCookie.clear(reply);
      else sessionCookie.write(reply, session);
    },
  };
}

async function* checkedEvents(route: Route, source: unknown): AsyncGenerator<OutgoingEvent<unknown>> {
  // The handler's type says that it is one.
  for await (const event of source as AsyncIterable<OutgoingEvent<unknown>>) {
    yield { ...event, data: route.response?.parse(event.data) };
  }
}

/** What is served to a path that no route has: the dashboard to a browser, a problem to everybody else. */
export function bindFallback(app: FastifyInstance, log: Log, sendDashboard: (reply: FastifyReply) => unknown): void {
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
    const path = request.url.split("?")[0] ?? "";
    if (wantsPage && path !== "/v1" && !path.startsWith("/v1/")) return sendDashboard(reply);
    return sendProblem(reply, notFound("there is no such address"), log);
  });
}
