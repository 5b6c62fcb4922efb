import { type JsonObject, listAt, objectAt, objectsAt, textAt } from "../json.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { masters, type User } from "./user.ts";

// Sources: k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac, pkg/apis/rbac/v1/evaluation_helpers.go, pkg/registry/rbac/validation/rule.go.

/** What somebody wants to do: with a resource, or with a path that is none. */
export type Action =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      /** "" for the resource itself. */
      readonly subresource: string;
      /** "" for all namespaces, and for what lies in none. */
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly verb: string; readonly path: string };

export interface Decision {
  readonly allowed: boolean;
  /** Which binding allows it; or why roles could not be read. */
  readonly reason: string;
}

/** Lists of words that a rule holds. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

interface SourcedRule {
  readonly rule: PolicyRule;
  /** The binding that gives it, in words. */
  readonly source: string;
}

/** Answers from the stored roles and bindings who may do what. */
export interface Rbac {
  authorize(user: User, action: Action): Decision;
  /** The rules that hold for somebody in a namespace, and what went wrong with reading them. */
  rulesFor(
    user: User,
    namespace: string,
  ): { readonly rules: readonly PolicyRule[]; readonly errors: readonly string[] };
  /** The rules of the role that a binding in `namespace` refers to; undefined when there is no such role. */
  rulesOfRole(roleRef: JsonObject | undefined, namespace: string): readonly PolicyRule[] | undefined;
}

const words = (object: JsonObject, field: string): readonly string[] =>
  listAt(object, field).filter((word) => typeof word === "string");

/** The rules of a Role or ClusterRole. */
export function rulesOf(role: JsonObject): readonly PolicyRule[] {
  return objectsAt(role, "rules").map((rule) => ({
    verbs: words(rule, "verbs"),
    apiGroups: words(rule, "apiGroups"),
    resources: words(rule, "resources"),
    resourceNames: words(rule, "resourceNames"),
    nonResourceURLs: words(rule, "nonResourceURLs"),
  }));
}

export function createRbac(store: ObjectStore): Rbac {
  function rulesOfRole(roleRef: JsonObject | undefined, namespace: string): readonly PolicyRule[] | undefined {
    const name = textAt(roleRef, "name");
    const local = textAt(roleRef, "kind") === "Role";
    const role = local ? store.get("roles", namespace, name) : store.get("clusterroles", "", name);
    return role === undefined ? undefined : rulesOf(role);
  }

  function* visit(user: User, namespace: string): Iterable<SourcedRule | string> {
    const bindings = [...store.list("clusterrolebindings")];
    if (namespace !== "") bindings.push(...store.list("rolebindings", namespace));
    for (const binding of bindings) {
      const space = textAt(binding, "metadata", "namespace");
      const subject = objectsAt(binding, "subjects").find((one) => applies(one, user, space));
      if (subject === undefined) continue;
      const roleRef = objectAt(binding, "roleRef");
      const rules = rulesOfRole(roleRef, space);
      if (rules === undefined) {
        const kind = textAt(roleRef, "kind").toLowerCase();
        yield `${kind}.rbac.authorization.k8s.io ${JSON.stringify(textAt(roleRef, "name"))} not found`;
      } else for (const rule of rules) yield { rule, source: describe(binding, subject, space) };
    }
  }

  return {
    rulesOfRole,
    authorize(user, action) {
      if (user.groups.includes(masters)) return { allowed: true, reason: "" };
      const errors: string[] = [];
      for (const found of visit(user, "path" in action ? "" : action.namespace)) {
        if (typeof found === "string") errors.push(found);
        else if (allows(found.rule, action)) return { allowed: true, reason: `RBAC: allowed by ${found.source}` };
      }
      if (errors.length === 0) return { allowed: false, reason: "" };
      return { allowed: false, reason: `RBAC: ${errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`}` };
    },
    rulesFor(user, namespace) {
      const found = [...visit(user, namespace)];
      return {
        rules: found.flatMap((one) => (typeof one === "string" ? [] : [one.rule])),
        errors: found.filter((one) => typeof one === "string"),
      };
    },
  };
}

function applies(subject: JsonObject, user: User, bindingNamespace: string): boolean {
  const name = textAt(subject, "name");
  switch (textAt(subject, "kind")) {
    case "User":
      return user.name === name;
    case "Group":
      return user.groups.includes(name);
    case "ServiceAccount": {
      const namespace = textAt(subject, "namespace") || bindingNamespace;
      return namespace !== "" && user.name === `system:serviceaccount:${namespace}:${name}`;
    }
    default:
      return false;
  }
}

function describe(binding: JsonObject, subject: JsonObject, namespace: string): string {
  const quoted = (text: string) => JSON.stringify(text);
  const kind = textAt(subject, "kind");
  const account = kind === "ServiceAccount" ? `/${textAt(subject, "namespace") || namespace}` : "";
  const who = `${kind} ${quoted(textAt(subject, "name") + account)}`;
  const name = textAt(binding, "metadata", "name");
  const where =
    namespace === "" ? `ClusterRoleBinding ${quoted(name)}` : `RoleBinding ${quoted(`${name}/${namespace}`)}`;
  return `${where} of ${textAt(binding, "roleRef", "kind")} ${quoted(textAt(binding, "roleRef", "name"))} to ${who}`;
}

function urlCovers(owned: string, url: string): boolean {
  return owned === "*" || owned === url || (owned.endsWith("*") && url.startsWith(owned.replace(/\*+$/, "")));
}

function resourceCovers(owned: readonly string[], resource: string, subresource: string): boolean {
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  if (owned.includes("*") || owned.includes(whole)) return true;
  return subresource !== "" && owned.includes(`*/${subresource}`);
}

function allows(rule: PolicyRule, action: Action): boolean {
  const has = (list: readonly string[], word: string) => list.includes("*") || list.includes(word);
  if (!has(rule.verbs, action.verb)) return false;
  if ("path" in action) return rule.nonResourceURLs.some((url) => urlCovers(url, action.path));
  return (
    has(rule.apiGroups, action.group) &&
    resourceCovers(rule.resources, action.resource, action.subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(action.name))
  );
}

/** What `wanted` allows and `owned` does not, in words as the API server's, sorted; empty when nothing is missing. */
export function missingRights(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly string[] {
  const missing = new Map<string, PolicyRule>();
  for (const part of wanted.flatMap(parts)) {
    if (owned.some((rule) => covers(rule, part))) continue;
    // Rules that differ in nothing but the verb are told as one.
    const { verbs, ...rest } = part;
    const key = JSON.stringify(rest);
    const known = missing.get(key);
    missing.set(key, known === undefined ? part : { ...known, verbs: [...known.verbs, ...verbs] });
  }
  return [...missing.values()].map(inWords).sort();
}

/** A rule in pieces that have one verb, one resource and at most one name. */
function parts(rule: PolicyRule): PolicyRule[] {
  const none = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const names = rule.resourceNames.length === 0 ? [[]] : rule.resourceNames.map((name) => [name]);
  return rule.verbs.flatMap((verb) => [
    ...rule.nonResourceURLs.map((url) => ({ ...none, verbs: [verb], nonResourceURLs: [url] })),
    ...rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        names.map((name) => ({
          ...none,
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          resourceNames: name,
        })),
      ),
    ),
  ]);
}

function covers(owned: PolicyRule, part: PolicyRule): boolean {
  const has = (list: readonly string[], wanted: readonly string[]) =>
    list.includes("*") || wanted.every((word) => list.includes(word));
  const resources = part.resources.every((path) => {
    const [resource = "", subresource = ""] = path.split("/");
    return resourceCovers(owned.resources, resource, subresource);
  });
  const names = owned.resourceNames.length === 0 || part.resourceNames.length > 0;
  return (
    has(owned.verbs, part.verbs) &&
    has(owned.apiGroups, part.apiGroups) &&
    resources &&
    names &&
    (owned.resourceNames.length === 0 || part.resourceNames.every((name) => owned.resourceNames.includes(name))) &&
    part.nonResourceURLs.every((url) => owned.nonResourceURLs.some((one) => urlCovers(one, url)))
  );
}

function inWords(rule: PolicyRule): string {
  const list = (name: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`${name}:[${values.map((value) => JSON.stringify(value)).join(" ")}]`];
  return `{${[
    ...list("APIGroups", rule.apiGroups),
    ...list("Resources", rule.resources),
    ...list("NonResourceURLs", rule.nonResourceURLs),
    ...list("ResourceNames", rule.resourceNames),
    ...list("Verbs", rule.verbs),
  ].join(", ")}}`;
}
