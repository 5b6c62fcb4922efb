import { ensureDefaultRoles } from "../access/default-roles.ts";
import { createEscalationCheck } from "../access/escalation.ts";
import { impersonatedUser } from "../access/impersonation.ts";
import { type Action, createRbac } from "../access/rbac.ts";
import { notAllowed, pathAction, resourceAction } from "../access/request-action.ts";
import type { ServiceAccountTokens } from "../access/service-account-tokens.ts";
import { anonymous, type User } from "../access/user.ts";
import type { Clock } from "../clock/clock.ts";
import type { JsonObject } from "../json.ts";
import type { PodLogs } from "../objects-api.ts";
import type { Objects } from "../open-objects.ts";
import { SelectorError } from "../registry/label-selector.ts";
import { ApiError, badRequest, internal, methodNotAllowed, notAcceptable, unknownPath } from "../status.ts";
import { answerReview } from "./access-reviews.ts";
import type { ApiRequest, ApiResponse } from "./api-exchange.ts";
import {
  aggregatedDiscovery,
  aggregatedMediaType,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  reviews,
} from "./discovery.ts";
import { openApiDocument, openApiIndex } from "./open-api.ts";
import { parseObject } from "./request-body.ts";
import { parseResourcePath } from "./resource-path.ts";
import { createResourceRequests, statusBody } from "./resource-requests.ts";
import { versionInfo } from "./version.ts";

export interface ApiHandlerOptions {
  readonly objects: Objects;
  readonly clock: Clock;
  /** Without it there are no logs. */
  readonly logs?: PodLogs | undefined;
  readonly tokens: ServiceAccountTokens;
  /** Who sends a request with this `Authorization`; throws `ApiError` 401. */
  userOf(authorization: string | undefined): User;
}

const openPaths = new Set(["/livez", "/readyz", "/healthz", "/version"]);

/** Answers requests for the objects, whatever brings them: the API without its sockets. Makes the roles that every cluster has. */
export function createApiHandler(options: ApiHandlerOptions): (request: ApiRequest, response: ApiResponse) => void {
  const { objects, clock, tokens, userOf } = options;
  const rbac = createRbac(objects.store);
  ensureDefaultRoles(objects);
  const answerResource = createResourceRequests({ objects, logs: options.logs, clock, tokens });
  const escalation = createEscalationCheck(rbac);

  return onRequest;

  function demand(user: User, action: Action): void {
    const { allowed, reason } = rbac.authorize(user, action);
    if (!allowed) throw notAllowed(user, action, reason);
  }

  async function answer(request: ApiRequest, response: ApiResponse): Promise<void> {
    const url = URL.parse(request.url ?? "/", "https://127.0.0.1");
    if (url === null) throw badRequest("the request's address is not valid");
    const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, "") : url.pathname;
    const method = request.method ?? "GET";
    const sender = openPaths.has(path) ? anonymous : userOf(request.headers.authorization);
    const user = openPaths.has(path)
      ? sender
      : impersonatedUser(request.headers, sender, (action) => demand(sender, action));
    const resourcePath = parseResourcePath(path);
    if (resourcePath === undefined) {
      if (await reviewed(path, user, request, response)) return;
      if (!openPaths.has(path)) demand(user, pathAction(method, path));
      if (fixedAnswer(path, request, response)) return;
      if (isOfApi(path)) throw unknownPath();
      send(response, 404, "text/plain; charset=utf-8", "404 page not found\n");
      return;
    }
    const query = url.searchParams;
    const action = resourceAction(method, resourcePath, query);
    demand(user, action);
    const warn = warningsOf(response);
    const approve = escalation(user);
    // Server-side apply makes what is missing, for which the right to change things is not enough.
    const mayCreate = () => demand(user, { ...action, verb: "create" });
    const of = { path: resourcePath, query, request, response, warn, approve, mayCreate };
    const result = await answerResource(of);
    if (result === undefined) return;
    if (result.yaml) {
      const { stringify } = await import("yaml");
      send(response, result.code, "application/yaml", stringify(result.body));
    } else {
      sendJson(response, result.code, result.body);
    }
  }

  /** Questions about rights and tokens. True when it answered. */
  async function reviewed(path: string, user: User, request: ApiRequest, response: ApiResponse): Promise<boolean> {
    const review = reviews.find(({ group, resource }) => path === `/apis/${group}/v1/${resource}`);
    if (review === undefined) return false;
    if (request.method !== "POST") throw methodNotAllowed();
    const { group, resource } = review;
    demand(user, { verb: "create", group, resource, subresource: "", namespace: "", name: "" });
    const question = await parseObject(await request.body(), request.headers["content-type"]);
    sendJson(response, 201, answerReview({ rbac, tokens }, review, user, question));
    return true;
  }

  /** Everything else beside objects. True when it answered. */
  function fixedAnswer(path: string, request: ApiRequest, response: ApiResponse): boolean {
    const document = fixedDocument(path, request);
    if (document === undefined) return false;
    if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
    if (document.etag !== undefined) response.setHeader("etag", document.etag);
    response.setHeader("vary", "Accept");
    send(response, 200, document.type, document.text);
    return true;
  }

  function onRequest(request: ApiRequest, response: ApiResponse): void {
    response.on("error", () => response.destroy());
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const known = asApiError(error);
      // A body that is not read to its end would stand before the next request.
      if (known.code === 413) response.setHeader("connection", "close");
      const wait = known.status.details?.retryAfterSeconds ?? 0;
      if (wait > 0) response.setHeader("retry-after", String(wait));
      sendJson(response, known.code, statusBody(known));
    });
  }
}

/** Bytes of all warnings of one answer, as in the API server: what a client takes as headers has an end. */
const warningsLimit = 4 * 1024;

/** Adds `Warning` fields (RFC 7234 section 5.5); what goes beyond the limit is left out. */
function warningsOf(response: ApiResponse): (message: string) => void {
  let length = 0;
  return (message) => {
    // Names in it are the client's own: a line break or a letter beyond Latin-1 cannot stand in a field.
    const plain = message.replace(/[^\x20-\x7e]/g, "?").slice(0, 500);
    const field = `299 - "${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
    length += field.length;
    if (length <= warningsLimit) response.appendHeader("warning", field);
  };
}

/** Whether a path that nothing answers is one of the API, whose clients read a `Status`. */
function isOfApi(path: string): boolean {
  const [, root, group = ""] = path.split("/");
  return root === "api" || (root === "apis" && apiGroup(group) !== undefined);
}

interface FixedDocument {
  readonly type: string;
  readonly text: string;
  readonly etag?: string;
}

const json = (value: JsonObject): FixedDocument => ({ type: "application/json", text: JSON.stringify(value) });

function fixedDocument(path: string, request: ApiRequest): FixedDocument | undefined {
  const aggregated = aggregatedMediaType(request.headers.accept);
  switch (path) {
    case "/livez":
    case "/readyz":
    case "/healthz":
      return { type: "text/plain; charset=utf-8", text: "ok" };
    case "/version":
      return json(versionInfo);
    case "/":
      return json({ paths: ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] });
    case "/api":
      if (aggregated !== undefined) return { ...json(aggregatedDiscovery(true)), type: aggregated };
      return json(apiVersions(request.headers.host ?? "127.0.0.1"));
    case "/apis":
      if (aggregated !== undefined) return { ...json(aggregatedDiscovery(false)), type: aggregated };
      return json(apiGroupList());
    case "/openapi/v3":
      return json(openApiIndex());
  }
  if (path.startsWith("/openapi/v3/")) {
    const document = openApiDocument(path.slice("/openapi/v3/".length));
    if (document === undefined) return undefined;
    if ((request.headers.accept ?? "").trim() === "application/com.github.proto-openapi.spec.v3@v1.0+protobuf") {
      throw notAcceptable(["application/json"]);
    }
    return { type: "application/json", text: document.text, etag: `"${document.hash}"` };
  }
  const [, root, first, second, ...rest] = path.split("/");
  if (rest.length > 0) return undefined;
  let found: JsonObject | undefined;
  if (root === "api" && first === "v1" && second === undefined) found = apiResourceList("", "v1");
  else if (root === "apis" && first !== undefined && second === undefined) found = apiGroup(first);
  else if (root === "apis" && first !== undefined && second !== undefined) found = apiResourceList(first, second);
  return found === undefined ? undefined : json(found);
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SelectorError) return badRequest(error.message);
  // A fault of ours: the operator sees it, the client only that it happened.
  console.error("api server:", error);
  return internal("the request could not be answered; the cluster's log says why");
}

function sendJson(response: ApiResponse, code: number, body: JsonObject): void {
  send(response, code, "application/json", `${JSON.stringify(body)}\n`);
}

function send(response: ApiResponse, code: number, type: string, text: string): void {
  response.writeHead(code, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache, private",
  });
  response.end(text);
}
