import type { JsonObject } from "../json.ts";
import { forbiddenField, notSupported } from "../registry/causes.ts";
import { ApiError, badRequest, invalid, type StatusCause } from "../status.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { flag } from "./request-options.ts";

// Sources: k8s.io/apimachinery/pkg/apis/meta/internalversion/validation and k8s.io/apiserver/pkg/storage.

function refuse(causes: readonly StatusCause[]): never {
  throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", causes);
}

/** What is wrong with a version; "" when it is a number. */
function notNumber(version: string): string {
  if (/^\d*$/.test(version)) return "";
  const shown = JSON.stringify(version);
  return `resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`;
}

/**
 * The version that a list must show exactly; undefined when the newest will do. Throws `ApiError` 400 and 422 for what
 * cannot be asked for, 504 for a version that is not there yet.
 */
export function listVersion(query: URLSearchParams, current: number): number | undefined {
  const wanted = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  if (query.has("sendInitialEvents")) {
    refuse([forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list")]);
  }
  if (match !== "") {
    const forbid = (detail: string) => refuse([forbiddenField("resourceVersionMatch", detail)]);
    if ((query.get("continue") ?? "") !== "") forbid("resourceVersionMatch is forbidden when continue is provided");
    if (wanted === "") forbid("resourceVersionMatch is forbidden unless resourceVersion is provided");
    if (match !== "Exact" && match !== "NotOlderThan") {
      refuse([notSupported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""])]);
    }
    if (match === "Exact" && wanted === "0") {
      forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  const wrong = notNumber(wanted);
  if (wrong !== "") throw badRequest(`invalid resource version: ${wrong}`);
  if (Number(wanted) > current) {
    const message = `Too large resource version: ${wanted}, current: ${current}`;
    throw new ApiError(504, "Timeout", message, {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    });
  }
  return match === "Exact" ? Number(wanted) : undefined;
}

/** Where a watch begins. Throws `ApiError` 400 and 422. */
export function watchStart(query: URLSearchParams): { resourceVersion: string; sendInitialEvents: boolean } {
  const resourceVersion = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const given = query.has("sendInitialEvents");
  if (given && match !== "NotOlderThan") {
    const detail = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
    refuse([
      forbiddenField("resourceVersionMatch", detail),
      ...(match === "" ? [] : [notSupported("resourceVersionMatch", match, ["NotOlderThan"])]),
    ]);
  }
  if (!given && match !== "") {
    const detail = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
    refuse([forbiddenField("resourceVersionMatch", detail)]);
  }
  const wrong = notNumber(resourceVersion);
  // The API server's own code for it.
  if (wrong !== "") throw new ApiError(500, "", wrong);
  return { resourceVersion, sendInitialEvents: flag(query, "sendInitialEvents") };
}

/** The objects as they were at a version; undefined when the kept history does not reach back to it. */
export function listAsOf(
  store: ObjectStore,
  resource: string,
  namespace: string | undefined,
  version: number,
): readonly JsonObject[] | undefined {
  const since = store.since(version);
  if (since === undefined) return undefined;
  const keyOf = ({ metadata }: JsonObject): string => {
    const { namespace: space = "", name = "" } = Object(metadata);
    return `${space}/${name}`;
  };
  const inScope = (object: JsonObject) => namespace === undefined || keyOf(object).startsWith(`${namespace}/`);
  const objects = new Map(store.list(resource, namespace).map((object) => [keyOf(object), object]));
  for (const { resource: of, object, previous } of [...since].reverse()) {
    if (of !== resource || !inScope(object)) continue;
    if (previous === undefined) objects.delete(keyOf(object));
    else objects.set(keyOf(object), previous);
  }
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
