import type { Approve } from "../access/escalation.ts";
import type { ServiceAccountTokens } from "../access/service-account-tokens.ts";
import type { DeletionOptions } from "../admission/deletion.ts";
import { evict } from "../admission/eviction.ts";
import type { Transform } from "../admission/lifecycle.ts";
import type { WriteContext } from "../admission/write-context.ts";
import type { Clock } from "../clock/clock.ts";
import {
  copyOf,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  stringsAt,
  textAt,
  toJson,
} from "../json.ts";
import type { PodLogs } from "../objects-api.ts";
import type { Objects } from "../open-objects.ts";
import { applyPatch } from "../patch/apply-patch.ts";
import { forbiddenField, invalidValue } from "../registry/causes.ts";
import { parseLabelSelector, selects } from "../registry/label-selector.ts";
import { scaleOf, withReplicas } from "../registry/scale.ts";
import { DecodeError, decode } from "../schema/decode.ts";
import { shapeOf } from "../schema/shape.ts";
import {
  ApiError,
  badRequest,
  expired,
  invalid,
  methodNotAllowed,
  notFound,
  unknownPath,
  unsupportedMediaType,
} from "../status.ts";
import type { ApiRequest, ApiResponse } from "./api-exchange.ts";
import { negotiate, type Representation } from "./content-negotiation.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { listAsOf, listVersion, watchStart } from "./list-options.ts";
import { createListPages, type ListPages } from "./list-pages.ts";
import { servePodLog } from "./pod-log.ts";
import { repeatedFields } from "./repeated-fields.ts";
import { type IncludeObject, representList, representObject } from "./represent.ts";
import { mediaType, parseJson, parseObject, parseYaml } from "./request-body.ts";
import { dryRun, flag, requireManager, wholeNumber, writeContext } from "./request-options.ts";
import type { ResourcePath } from "./resource-path.ts";
import { serveWatch } from "./watch.ts";

/** What a request for objects is answered with; undefined when the answer was streamed. */
export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly yaml: boolean;
}

export interface ResourceRequest {
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly request: ApiRequest;
  readonly response: ApiResponse;
  /** Adds a `Warning` header. */
  warn(message: string): void;
  /** Throws when the caller may not store such an object. */
  readonly approve: Approve;
  /** Throws when the caller may not create this object. */
  mayCreate(): void;
}

export interface ResourceRequestsOptions {
  readonly objects: Objects;
  readonly logs: PodLogs | undefined;
  readonly clock: Clock;
  readonly tokens: ServiceAccountTokens;
}

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

/** Answers requests for collections, objects and their subresources. Throws `ApiError`. */
export function createResourceRequests(
  options: ResourceRequestsOptions,
): (of: ResourceRequest) => Promise<Answer | undefined> {
  const { objects, clock } = options;
  const pages = createListPages(clock, objects.newUid);

  return async (of) => {
    const { path, request } = of;
    if (path.subresource !== "") return subresource(of);
    if (path.name !== "") {
      switch (request.method) {
        case "GET":
        case "HEAD":
          return flag(of.query, "watch") ? watch(of) : answer(of, 200, requireObject(of));
        case "PUT":
          return replace(of, "");
        case "PATCH":
          return patch(of, "");
        case "DELETE":
          return remove(of);
        default:
          throw methodNotAllowed();
      }
    }
    switch (request.method) {
      case "GET":
      case "HEAD":
        return flag(of.query, "watch") ? watch(of) : list(of, pages);
      case "POST":
        return create(of);
      case "DELETE":
        return removeCollection(of);
      default:
        throw methodNotAllowed();
    }
  };

  function requireObject({ path }: ResourceRequest): JsonObject {
    const { kind, namespace, name } = path;
    const found = objects.store.get(kind.resource, namespace, name);
    if (found === undefined) throw notFound(kind, name);
    return found;
  }

  function includeObject(query: URLSearchParams): IncludeObject {
    const given = query.get("includeObject") ?? "Metadata";
    if (given !== "None" && given !== "Metadata" && given !== "Object") {
      throw badRequest(
        `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(given)}: must be 'Metadata', 'Object', 'None', or empty`,
      );
    }
    return given;
  }

  function answer(of: ResourceRequest, code: number, object: JsonObject, how?: Representation): Answer {
    const representation = how ?? negotiate(of.request.headers.accept);
    if (representation.as === "metadata list") {
      const message = `you requested PartialObjectMetadataList, but the requested object is not a list (*core.${of.path.kind.kind})`;
      throw new ApiError(406, "NotAcceptable", message);
    }
    const body = representObject(of.path.kind, object, representation, includeObject(of.query), clock.now());
    return { code, body, yaml: representation.yaml };
  }

  function matcher({ path, query }: ResourceRequest): { matches(object: JsonObject): boolean; filtered: boolean } {
    const labels = query.get("labelSelector") ?? "";
    const selector = parseLabelSelector(labels);
    const fields = parseFieldSelector(path.kind, query.get("fieldSelector") ?? "");
    return {
      filtered: labels !== "" || (query.get("fieldSelector") ?? "") !== "",
      matches: (object) =>
        (path.name === "" || textAt(object, "metadata", "name") === path.name) &&
        (selector.length === 0 || selects(selector, stringsAt(object, "metadata", "labels"))) &&
        fields(object),
    };
  }

  function list(of: ResourceRequest, open: ListPages): Answer {
    const { path, query } = of;
    const how = negotiate(of.request.headers.accept);
    const limit = wholeNumber(query, "limit");
    const token = query.get("continue") ?? "";
    let page: ReturnType<ListPages["next"]>;
    const exact = listVersion(query, objects.store.version());
    wholeNumber(query, "timeoutSeconds");
    if (token !== "") {
      page = open.next(token, limit);
    } else {
      const { matches, filtered } = matcher(of);
      const space = path.namespace === "" ? undefined : path.namespace;
      const found =
        exact === undefined
          ? objects.store.list(path.kind.resource, space)
          : listAsOf(objects.store, path.kind.resource, space, exact);
      if (found === undefined) throw expired("The resourceVersion for the provided list is too old.");
      const version = exact === undefined ? objects.collectionVersion() : String(exact);
      page = open.first(found.filter(matches), version, limit, filtered);
    }
    if (how.as === "metadata") {
      const message = `you requested PartialObjectMetadata, but the requested object is a list (*core.${path.kind.kind}List)`;
      throw new ApiError(406, "NotAcceptable", message);
    }
    const body = representList(path.kind, page, how, includeObject(query), clock.now());
    return { code: 200, body, yaml: how.yaml };
  }

  function watch(of: ResourceRequest): undefined {
    const { path, query, response } = of;
    const how = negotiate(of.request.headers.accept);
    const include = includeObject(query);
    const { matches } = matcher(of);
    const { resourceVersion, sendInitialEvents } = watchStart(query);
    serveWatch(objects.store, clock, response, {
      kind: path.kind,
      namespace: path.namespace,
      matches,
      represent: (object) => representObject(path.kind, object, how, include, clock.now()),
      resourceVersion,
      sendInitialEvents,
      bookmarks: flag(query, "allowWatchBookmarks"),
      // Without a wish the API server ends a watch after 30 to 60 minutes.
      timeoutSeconds: wholeNumber(query, "timeoutSeconds") || 1800 + Math.floor(objects.random() * 1800),
    });
    return undefined;
  }

  function contextOf(of: ResourceRequest, sub: WriteContext["subresource"]): WriteContext {
    const context = writeContext(of.query, of.request.headers["user-agent"] ?? "", sub, of.warn, of.request.method);
    return { ...context, approve: of.approve };
  }

  async function create(of: ResourceRequest): Promise<Answer> {
    const { kind, namespace } = of.path;
    if (kind.namespaced && namespace === "") throw methodNotAllowed();
    const how = negotiate(of.request.headers.accept);
    const bytes = await of.request.body();
    const type = of.request.headers["content-type"];
    const body = await parseObject(bytes, type);
    const context = { ...contextOf(of, ""), repeated: repeatedFields(bytes, type) };
    return answer(of, 201, objects.lifecycle.create(kind, namespace, body, context), how);
  }

  async function replace(of: ResourceRequest, sub: WriteContext["subresource"]): Promise<Answer> {
    const { kind, namespace, name } = of.path;
    const bytes = await of.request.body();
    const type = of.request.headers["content-type"];
    const body = await parseObject(bytes, type);
    const transform: Transform = sub === "scale" ? (current) => withReplicas(copyOf(current), body) : () => body;
    const context = { ...contextOf(of, sub), repeated: repeatedFields(bytes, type) };
    const object = objects.lifecycle.update(kind, namespace, name, transform, context);
    return answer(of, 200, sub === "scale" ? scaleOf(object) : object, scaleAware(of, sub));
  }

  /** A Scale has no columns: it goes out as it is. */
  function scaleAware(of: ResourceRequest, sub: string): Representation {
    const how = negotiate(of.request.headers.accept);
    return sub === "scale" ? { ...how, as: "object" } : how;
  }

  async function patch(of: ResourceRequest, sub: WriteContext["subresource"]): Promise<Answer> {
    const { kind, namespace, name } = of.path;
    const { query, request } = of;
    const how = scaleAware(of, sub);
    const body = await request.body();
    const type = mediaType(request.headers["content-type"]);
    const context = { ...contextOf(of, sub), patch: true };
    if (type === "application/apply-patch+yaml") {
      requireManager(query);
      const configuration = await parseYaml(body);
      if (!isObject(configuration)) throw badRequest("the body of an apply patch is no object");
      if (sub === "scale") throw unsupportedMediaType("a Scale cannot be applied; use a merge patch");
      const force = flag(query, "force");
      if (objects.store.get(kind.resource, namespace, name) === undefined) of.mayCreate();
      const applied = objects.lifecycle.apply(kind, namespace, name, configuration, { ...context, force });
      return answer(of, applied.created ? 201 : 200, applied.object, how);
    }
    if (query.get("force") !== null) {
      const cause = forbiddenField("force", "may not be specified for non-apply patch");
      throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [cause]);
    }
    if (!patchTypes.includes(type)) {
      throw new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
    }
    const change = parseJson(body);
    const perform = (current: JsonObject): JsonObject => {
      const merge = type === "application/merge-patch+json" || sub === "scale";
      const how = type === "application/json-patch+json" ? "json" : merge ? "merge" : "strategic";
      return applyPatch(how, current, change, shapeOf(kind.schema));
    };
    const transform: Transform =
      sub === "scale"
        ? (current) => withReplicas(copyOf(current), perform(scaleOf(current)))
        : (current) => perform(copyOf(current));
    const object = objects.lifecycle.update(kind, namespace, name, transform, context);
    return answer(of, 200, sub === "scale" ? scaleOf(object) : object, how);
  }

  async function deletionOptions(of: ResourceRequest): Promise<DeletionOptions> {
    const bytes = await of.request.body();
    if (bytes.length === 0) return deletionOf({}, of.query);
    const body = await parseObject(bytes, of.request.headers["content-type"]);
    const given = textAt(body, "kind");
    if (given !== "" && given !== "DeleteOptions") throw badRequest(`${given} cannot be handled as a DeleteOptions`);
    try {
      decode(shapeOf("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"), body);
    } catch (error) {
      throw error instanceof DecodeError ? badRequest(`DeleteOptions cannot be read: ${error.message}`) : error;
    }
    return deletionOf(body, of.query);
  }

  function deletionOf(body: JsonObject, query: URLSearchParams): DeletionOptions {
    const policy = textAt(body, "propagationPolicy") || query.get("propagationPolicy") || undefined;
    if (policy !== undefined && policy !== "Background" && policy !== "Foreground" && policy !== "Orphan") {
      throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
        {
          reason: "FieldValueNotSupported",
          message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
          field: "propagationPolicy",
        },
      ]);
    }
    const orphan = body["orphanDependents"] === true || flag(query, "orphanDependents");
    if (policy !== undefined && body["orphanDependents"] !== undefined) {
      const detail = "orphanDependents and deletionPropagation cannot be both set";
      throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
        invalidValue("propagationPolicy", policy, detail),
      ]);
    }
    const dryRuns = listAt(body, "dryRun").filter((value) => typeof value === "string");
    return {
      propagationPolicy: policy ?? (orphan ? "Orphan" : undefined),
      gracePeriodSeconds: numberAt(body, "gracePeriodSeconds") ?? wholeNumber(query, "gracePeriodSeconds"),
      uid: textAt(body, "preconditions", "uid") || undefined,
      resourceVersion: textAt(body, "preconditions", "resourceVersion") || undefined,
      dryRun: dryRun([...dryRuns, ...query.getAll("dryRun")], "DeleteOptions"),
    };
  }

  async function remove(of: ResourceRequest): Promise<Answer> {
    const { kind, namespace, name } = of.path;
    const how = negotiate(of.request.headers.accept);
    const { object, removed } = objects.lifecycle.remove(kind, namespace, name, await deletionOptions(of));
    if (!removed || kind.resource === "pods") return answer(of, 200, object, how);
    const details: JsonObject = { name, kind: kind.resource, uid: textAt(object, "metadata", "uid") };
    if (kind.group !== "") details["group"] = kind.group;
    const body: Json = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
    return { code: 200, body, yaml: how.yaml };
  }

  async function removeCollection(of: ResourceRequest): Promise<Answer> {
    const { kind, namespace } = of.path;
    if ((kind.namespaced && namespace === "") || kind.verbs?.includes("deletecollection") === false) {
      throw methodNotAllowed();
    }
    const how = negotiate(of.request.headers.accept);
    const { matches } = matcher(of);
    const removal = await deletionOptions(of);
    const removed: JsonObject[] = [];
    for (const object of objects.store.list(kind.resource, kind.namespaced ? namespace : undefined)) {
      if (!matches(object)) continue;
      removed.push(objects.lifecycle.remove(kind, namespace, textAt(object, "metadata", "name"), removal).object);
    }
    const page = {
      objects: removed,
      resourceVersion: objects.collectionVersion(),
      continueToken: "",
      remaining: undefined,
    };
    return { code: 200, body: representList(kind, page, how, includeObject(of.query), clock.now()), yaml: how.yaml };
  }

  async function bodyOf({ request }: ResourceRequest): Promise<JsonObject> {
    if (request.method !== "POST") throw methodNotAllowed();
    return parseObject(await request.body(), request.headers["content-type"]);
  }

  async function eviction(of: ResourceRequest): Promise<Answer> {
    const { namespace, name } = of.path;
    const body = await bodyOf(of);
    const asked = textAt(body, "metadata", "name");
    if (asked !== "" && asked !== name) throw badRequest("name in URL does not match name in Eviction object");
    evict(objects, namespace, name, deletionOf(objectAt(body, "deleteOptions") ?? {}, of.query), clock.now());
    const done = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
    return { code: 201, body: done, yaml: false };
  }

  async function token(of: ResourceRequest): Promise<Answer> {
    const { namespace, name } = of.path;
    return { code: 201, body: options.tokens.request(namespace, name, await bodyOf(of)), yaml: false };
  }

  async function subresource(of: ResourceRequest): Promise<Answer | undefined> {
    const { kind, subresource: sub } = of.path;
    const { method } = of.request;
    if (kind.resource === "pods" && sub === "eviction") return eviction(of);
    if (kind.resource === "serviceaccounts" && sub === "token") return token(of);
    if (sub !== "status" && sub !== "scale" && sub !== "log" && sub !== "finalize") throw unknownPath();
    if (!kind.subresources.includes(sub)) throw unknownPath();
    if (sub === "log") {
      if (method !== "GET" || options.logs === undefined) throw methodNotAllowed();
      await servePodLog(options.logs, requireObject(of), of.query, clock, of.response);
      return undefined;
    }
    if (method === "GET" && sub !== "finalize") {
      const object = requireObject(of);
      return answer(of, 200, sub === "scale" ? scaleOf(object) : object, scaleAware(of, sub));
    }
    if (method === "PUT") return replace(of, sub);
    if (method === "PATCH" && sub !== "finalize") return patch(of, sub);
    throw methodNotAllowed();
  }
}

/** The `Status` of an error, as a body. */
export function statusBody(error: ApiError): JsonObject {
  const body = toJson(error.status);
  return isObject(body) ? body : {};
}
