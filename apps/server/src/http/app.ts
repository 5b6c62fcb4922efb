import cookie from "@fastify/cookie";
import fastify, { type FastifyInstance } from "fastify";
import { type Binding, bindFallback, bindRoutes } from "./bind-routes.ts";
import { serveDashboard } from "./dashboard-files.ts";
import type { Handlers } from "./handler.ts";
import { guardOrigin, type OwnNames } from "./origin-guard.ts";
import { sendProblem } from "./problem-reply.ts";
import { securityHeaders } from "./security-headers.ts";
import { sessionCookie } from "./session-cookie.ts";

export interface AppOptions extends Binding {
  /** Signs cookies. */
  readonly sessionKey: string;
  /** The built dashboard. */
  readonly dashboard: string;
  /** Asked per request: the port is known only after listening. */
  readonly names: () => OwnNames;
}

/** Requests and answers are checked by the schemas of `@fairway/api`; loading Fastify's own compilers takes a tenth of a start. */
const noSchemas = {
  compilersFactory: { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema },
};

function refuseSchema(): never {
  throw new Error("a route has a schema of Fastify's");
}

/** The HTTP side of the server: nothing of it knows what the handlers do. */
export async function createApp(handlers: Handlers, options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // Uploads included; a slower client may send the rest again.
    requestTimeout: 10 * 60_000,
    routerOptions: { maxParamLength: 200 },
    schemaController: noSchemas,
    // An address that no route can be looked up for; no hook runs for it.
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply.headers(securityHeaders), error, options.log);
    },
    clientErrorHandler: (_error, socket) => {
      const body = JSON.stringify({ type: "about:blank", title: "Not HTTP", status: 400, code: "request-not-valid" });
      if (!socket.writable) return;
      socket.end(
        `HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    },
  });
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, options.log));
  app.decorateRequest("caller");
  app.decorateRequest("about", undefined);
  await app.register(cookie, { secret: options.sessionKey });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    request.caller = { actor: "anonymous", via: "nothing", permissions: new Set(), session: undefined };
    guardOrigin(request, options.names(), sessionCookie.isSent(request));
  });
  bindRoutes(app, handlers, options);
  bindFallback(app, options.log, await serveDashboard(app, options.dashboard));
  return app;
}
