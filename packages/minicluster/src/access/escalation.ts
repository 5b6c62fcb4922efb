import { equalJson, type JsonObject, objectAt, textAt } from "../json.ts";
import type { Kind } from "../registry/kind.ts";
import { forbidden, notFound } from "../status.ts";
import { missingRights, type Rbac, rulesOf } from "./rbac.ts";
import { masters, type User } from "./user.ts";

/** Looks at what is about to be stored; throws `ApiError` 403. */
export type Approve = (kind: Kind, object: JsonObject, previous: JsonObject | undefined) => void;

const group = "rbac.authorization.k8s.io";

/**
 * Nobody gives away rights that he does not have: a role holds only rules of its writer, and only such a role is bound, unless he may
 * `escalate` or `bind` (k8s.io/kubernetes/pkg/registry/rbac/{role,rolebinding}/policybased).
 */
export function createEscalationCheck(rbac: Rbac): (user: User) => Approve {
  return (user) => (kind, object, previous) => {
    if (kind.group !== group || user.groups.includes(masters)) return;
    const namespace = textAt(object, "metadata", "namespace");
    const name = textAt(object, "metadata", "name");
    const binding = kind.kind.endsWith("Binding");
    const told = binding ? "roleRef" : "rules";
    // A change of labels or owners gives nobody anything; neither does leaving the subjects as they are.
    if (previous !== undefined && ["subjects", told].every((field) => equalJson(object[field], previous[field])))
      return;
    const roleRef = objectAt(object, "roleRef");
    const role = binding
      ? { resource: textAt(roleRef, "kind") === "Role" ? "roles" : "clusterroles", name: textAt(roleRef, "name") }
      : { resource: kind.resource, name };
    const verb = binding ? "bind" : "escalate";
    if (rbac.authorize(user, { verb, group, ...role, subresource: "", namespace }).allowed) return;
    const wanted = binding ? rbac.rulesOfRole(roleRef, namespace) : rulesOf(object);
    if (wanted === undefined) throw notFound(kind, role.name);
    const missing = missingRights(rbac.rulesFor(user, namespace).rules, wanted);
    if (missing.length === 0) return;
    const groups = `[${user.groups.map((one) => JSON.stringify(one)).join(" ")}]`;
    const who = `user ${JSON.stringify(user.name)} (groups=${groups})`;
    throw forbidden(
      kind,
      name,
      `${who} is attempting to grant RBAC permissions not currently held:\n${missing.join("\n")}`,
    );
  };
}
