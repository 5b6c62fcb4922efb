import { childOf, equalJson, type JsonObject, listAt, objectAt, objectsAt, textAt } from "../json.ts";
import type { StatusCause } from "../status.ts";
import { invalidValue, notSupported, required } from "./causes.ts";
import { ageColumn, column, createdAtColumn, nameColumn } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { dnsSubdomainProblems, pathSegmentProblems } from "./names.ts";
import { selectorCauses } from "./selector-validation.ts";

// Sources: k8s.io/kubernetes/pkg/apis/rbac/validation and pkg/apis/rbac/v1/defaults.go.

const group = "rbac.authorization.k8s.io";

const rbac = {
  group,
  version: "v1",
  shortNames: [],
  categories: [],
  subresources: [],
  generation: false,
  nameProblems: pathSegmentProblems,
} as const;

function ruleCauses(rule: JsonObject, field: string, namespaced: boolean): StatusCause[] {
  const causes: StatusCause[] = [];
  const has = (list: string) => listAt(rule, list).length > 0;
  if (!has("verbs")) causes.push(required(`${field}.verbs`, "verbs must contain at least one value"));
  if (has("nonResourceURLs")) {
    const refuse = (detail: string) =>
      causes.push(invalidValue(`${field}.nonResourceURLs`, [...listAt(rule, "nonResourceURLs")], detail));
    if (namespaced) refuse("namespaced rules cannot apply to non-resource URLs");
    if (has("apiGroups") || has("resources") || has("resourceNames")) {
      refuse("rules cannot apply to both regular resources and non-resource URLs");
    }
    return causes;
  }
  if (!has("apiGroups")) {
    causes.push(required(`${field}.apiGroups`, "resource rules must supply at least one api group"));
  }
  if (!has("resources")) {
    causes.push(required(`${field}.resources`, "resource rules must supply at least one resource"));
  }
  return causes;
}

function rulesCauses(object: JsonObject, namespaced: boolean): StatusCause[] {
  const causes = objectsAt(object, "rules").flatMap((rule, index) => ruleCauses(rule, `rules[${index}]`, namespaced));
  const aggregation = objectAt(object, "aggregationRule");
  if (namespaced || aggregation === undefined) return causes;
  const selectors = objectsAt(aggregation, "clusterRoleSelectors");
  const field = "aggregationRule.clusterRoleSelectors";
  if (selectors.length === 0) {
    causes.push(required(field, "at least one clusterRoleSelector required if aggregationRule is non-nil"));
  }
  return [...causes, ...selectors.flatMap((selector, index) => selectorCauses(selector, `${field}[${index}]`))];
}

function subjectCauses(subject: JsonObject, field: string, namespaced: boolean): StatusCause[] {
  const causes: StatusCause[] = [];
  const name = textAt(subject, "name");
  const apiGroup = textAt(subject, "apiGroup");
  if (name === "") causes.push(required(`${field}.name`));
  switch (textAt(subject, "kind")) {
    case "ServiceAccount":
      if (name !== "") {
        causes.push(...dnsSubdomainProblems(name).map((problem) => invalidValue(`${field}.name`, name, problem)));
      }
      if (apiGroup !== "") causes.push(notSupported(`${field}.apiGroup`, apiGroup, [""]));
      if (!namespaced && textAt(subject, "namespace") === "") causes.push(required(`${field}.namespace`));
      return causes;
    case "User":
    case "Group":
      return apiGroup === group ? causes : [...causes, notSupported(`${field}.apiGroup`, apiGroup, [group])];
    default:
      return [...causes, notSupported(`${field}.kind`, subject["kind"], ["ServiceAccount", "User", "Group"])];
  }
}

function bindingCauses(object: JsonObject, namespaced: boolean): StatusCause[] {
  const causes: StatusCause[] = [];
  const { apiGroup, kind } = objectAt(object, "roleRef") ?? {};
  if (apiGroup !== group) causes.push(notSupported("roleRef.apiGroup", apiGroup, [group]));
  const kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(String(kind))) causes.push(notSupported("roleRef.kind", kind, kinds));
  const name = textAt(object, "roleRef", "name");
  if (name === "") causes.push(required("roleRef.name"));
  causes.push(...pathSegmentProblems(name).map((problem) => invalidValue("roleRef.name", name, problem)));
  for (const [index, subject] of objectsAt(object, "subjects").entries()) {
    causes.push(...subjectCauses(subject, `subjects[${index}]`, namespaced));
  }
  return causes;
}

function bindingDefaults(object: JsonObject): void {
  const role = childOf(object, "roleRef");
  if (textAt(role, "apiGroup") === "") role["apiGroup"] = group;
  for (const subject of objectsAt(object, "subjects")) {
    if (textAt(subject, "apiGroup") !== "") continue;
    if (subject["kind"] === "User" || subject["kind"] === "Group") subject["apiGroup"] = group;
    else delete subject["apiGroup"];
  }
}

function roleRefCauses(object: JsonObject, previous: JsonObject): StatusCause[] {
  if (equalJson(object["roleRef"], previous["roleRef"])) return [];
  const [group = "", kind = "", name = ""] = ["apiGroup", "kind", "name"].map((field) =>
    textAt(object, "roleRef", field),
  );
  // The API server shows its own form of the object.
  return [invalidValue("roleRef", { APIGroup: group, Kind: kind, Name: name }, "cannot change roleRef")];
}

const subjectsOf = (kind: string) => (object: JsonObject) =>
  objectsAt(object, "subjects")
    .filter((subject) => subject["kind"] === kind)
    .map((subject) => [textAt(subject, "namespace"), textAt(subject, "name")].filter((part) => part !== "").join("/"))
    .join(", ");

const bindingColumns = [
  nameColumn,
  column("Role", (object: JsonObject) => `${textAt(object, "roleRef", "kind")}/${textAt(object, "roleRef", "name")}`),
  ageColumn,
  column("Users", subjectsOf("User"), { wide: true }),
  column("Groups", subjectsOf("Group"), { wide: true }),
  column("ServiceAccounts", subjectsOf("ServiceAccount"), { wide: true }),
];

export const roleKind: Kind = {
  ...rbac,
  kind: "Role",
  resource: "roles",
  singular: "role",
  namespaced: true,
  schema: "io.k8s.api.rbac.v1.Role",
  validate: (object) => rulesCauses(object, true),
  columns: [nameColumn, createdAtColumn],
};

export const clusterRoleKind: Kind = {
  ...rbac,
  kind: "ClusterRole",
  resource: "clusterroles",
  singular: "clusterrole",
  namespaced: false,
  schema: "io.k8s.api.rbac.v1.ClusterRole",
  validate: (object) => rulesCauses(object, false),
  columns: [nameColumn, createdAtColumn],
};

export const roleBindingKind: Kind = {
  ...rbac,
  kind: "RoleBinding",
  resource: "rolebindings",
  singular: "rolebinding",
  namespaced: true,
  schema: "io.k8s.api.rbac.v1.RoleBinding",
  defaults: bindingDefaults,
  validate: (object) => bindingCauses(object, true),
  validateUpdate: roleRefCauses,
  columns: bindingColumns,
};

export const clusterRoleBindingKind: Kind = {
  ...rbac,
  kind: "ClusterRoleBinding",
  resource: "clusterrolebindings",
  singular: "clusterrolebinding",
  namespaced: false,
  schema: "io.k8s.api.rbac.v1.ClusterRoleBinding",
  defaults: bindingDefaults,
  validate: (object) => bindingCauses(object, false),
  validateUpdate: roleRefCauses,
  columns: bindingColumns,
};
