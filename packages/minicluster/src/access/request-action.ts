import { selectedName } from "../http/field-selector.ts";
import { flag } from "../http/request-options.ts";
import type { ResourcePath } from "../http/resource-path.ts";
import { ApiError } from "../status.ts";
import type { Action } from "./rbac.ts";
import type { User } from "./user.ts";

const verbs: Readonly<Record<string, string>> = {
  GET: "get",
  HEAD: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** What a request for objects wants to do (k8s.io/apiserver/pkg/endpoints/request, `NewRequestInfo`). */
export function resourceAction(method: string, path: ResourcePath, query: URLSearchParams): Action {
  const { kind, subresource } = path;
  let verb = verbs[method] ?? "";
  let { name } = path;
  if (name === "" && verb === "get") {
    // Judged by the same words by which it is answered.
    verb = flag(query, "watch") ? "watch" : "list";
  } else if (name === "" && verb === "delete") verb = "deletecollection";
  if (name === "" && ["list", "watch", "deletecollection"].includes(verb)) {
    name = selectedName(query.get("fieldSelector") ?? "");
  }
  // A namespace lies in itself: a role there may let it be read.
  const namespace = kind.resource === "namespaces" ? path.name : path.namespace;
  return { verb, group: kind.group, resource: kind.resource, subresource, namespace, name };
}

/** What a request for anything else wants to do. */
export function pathAction(method: string, path: string): Action {
  return { verb: method.toLowerCase(), path };
}

/** 403 in the API server's words. `reason` says why roles could not be read. */
export function notAllowed(user: User, action: Action, reason: string): ApiError {
  const who = `User ${JSON.stringify(user.name)} cannot ${action.verb}`;
  const because = reason === "" ? "" : `: ${reason}`;
  if ("path" in action) {
    const message = `forbidden: ${who} path ${JSON.stringify(action.path)}${because}`;
    return new ApiError(403, "Forbidden", message, {});
  }
  const { group, resource, subresource, namespace, name } = action;
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const what = `${who} resource ${JSON.stringify(whole)} in API group ${JSON.stringify(group)} ${where}${because}`;
  const qualified = group === "" ? resource : `${resource}.${group}`;
  const subject = name === "" ? qualified : `${qualified} ${JSON.stringify(name)}`;
  return new ApiError(403, "Forbidden", `${subject} is forbidden: ${what}`, {
    ...(name === "" ? {} : { name }),
    ...(group === "" ? {} : { group }),
    kind: resource,
  });
}
