import type { IncomingHttpHeaders } from "node:http";
import { badRequest } from "../status.ts";
import type { Action } from "./rbac.ts";
import { serviceAccountUser, type User } from "./user.ts";

/**
 * Who a request is to be taken as coming from: its sender, or whom the sender names by `Impersonate-User` and
 * `Impersonate-Group` (`kubectl --as`). The sender needs the verb `impersonate` for each name.
 *
 * @param demand Throws `ApiError` 403 when the sender may not.
 */
export function impersonatedUser(headers: IncomingHttpHeaders, sender: User, demand: (action: Action) => void): User {
  const name = headers["impersonate-user"];
  const groups = [headers["impersonate-group"] ?? []].flat().flatMap((group) => group.split(/, */));
  if (typeof name !== "string" || name === "") {
    if (groups.length > 0) throw badRequest("requested groups without impersonating a user");
    return sender;
  }
  const ask = (resource: string, of: string, namespace = ""): void =>
    demand({ verb: "impersonate", group: "", resource, subresource: "", namespace, name: of });
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
  if (namespace !== undefined && account !== undefined) ask("serviceaccounts", account, namespace);
  else ask("users", name);
  for (const group of groups) ask("groups", group);
  const own = namespace === undefined || account === undefined ? [] : serviceAccountUser(namespace, account).groups;
  return { name, groups: [...new Set([...(groups.length > 0 ? groups : own), "system:authenticated"])] };
}
