import type { Rbac } from "../access/rbac.ts";
import type { ServiceAccountTokens } from "../access/service-account-tokens.ts";
import type { User } from "../access/user.ts";
import { type Json, type JsonObject, listAt, objectAt, textAt } from "../json.ts";
import { invalidValue } from "../registry/causes.ts";
import { badRequest, invalid, type StatusCause } from "../status.ts";

/** A resource that only answers; nothing of it is stored. */
interface Review {
  readonly group: string;
  readonly kind: string;
}

const strings = (value: JsonObject | undefined, field: string): string[] =>
  listAt(value, field).filter((word) => typeof word === "string");

function userInfo(user: User): JsonObject {
  const extra = Object.entries(user.extra ?? {}).map(([key, values]): [string, Json] => [key, [...values]]);
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    groups: [...user.groups],
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

/** Answers a question about who somebody is and what he may do. Throws `ApiError` 400 or 422 for one that makes no sense. */
export function answerReview(
  by: { readonly rbac: Rbac; readonly tokens: ServiceAccountTokens },
  { group, kind }: Review,
  user: User,
  question: JsonObject,
): JsonObject {
  const spec = objectAt(question, "spec") ?? {};
  const answer = (status: JsonObject, shown: JsonObject = spec): JsonObject => ({
    kind,
    apiVersion: `${group}/v1`,
    metadata: { creationTimestamp: null },
    spec: shown,
    status,
  });
  switch (kind) {
    case "SelfSubjectReview": {
      const { spec: _, ...rest } = answer({ userInfo: userInfo(user) });
      return rest;
    }
    case "TokenReview": {
      const token = textAt(spec, "token");
      if (token === "") throw badRequest("token is required for TokenReview in authentication");
      const audiences = strings(spec, "audiences");
      const found = by.tokens.userOf(token, audiences.length === 0 ? undefined : audiences);
      const shown = { ...spec };
      if (typeof found === "object") return answer({ authenticated: true, user: userInfo(found), audiences }, shown);
      return answer({ user: {}, error: found ?? "invalid bearer token" }, shown);
    }
    case "SelfSubjectRulesReview":
      return answer(rulesStatus(by.rbac, user, textAt(spec, "namespace")), {});
    default: {
      const other = kind === "SubjectAccessReview";
      checkAccessQuestion(kind, spec);
      const extra = { name: textAt(spec, "user"), groups: strings(spec, "groups") };
      const { allowed, reason } = decide(by.rbac, other ? extra : user, spec);
      return answer({ allowed, ...(reason === "" ? {} : { reason }) });
    }
  }
}

function checkAccessQuestion(kind: string, spec: JsonObject): void {
  const causes: StatusCause[] = [];
  const path = objectAt(spec, "nonResourceAttributes");
  if ((objectAt(spec, "resourceAttributes") === undefined) === (path === undefined)) {
    const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    causes.push(invalidValue("spec.resourceAttributes", objectAt(spec, "resourceAttributes") ?? null, detail));
  }
  if (kind === "SubjectAccessReview" && textAt(spec, "user") === "" && listAt(spec, "groups").length === 0) {
    causes.push(invalidValue("spec.user", "", "at least one of user or group must be specified"));
  }
  if (causes.length > 0) throw invalid({ group: "authorization.k8s.io", kind: "" }, "", causes);
}

function decide(rbac: Rbac, user: User, spec: JsonObject): { readonly allowed: boolean; readonly reason: string } {
  const path = objectAt(spec, "nonResourceAttributes");
  if (path !== undefined) return rbac.authorize(user, { verb: textAt(path, "verb"), path: textAt(path, "path") });
  const asked = objectAt(spec, "resourceAttributes");
  return rbac.authorize(user, {
    verb: textAt(asked, "verb"),
    group: textAt(asked, "group"),
    resource: textAt(asked, "resource"),
    subresource: textAt(asked, "subresource"),
    namespace: textAt(asked, "namespace"),
    name: textAt(asked, "name"),
  });
}

function rulesStatus(rbac: Rbac, user: User, namespace: string): JsonObject {
  if (namespace === "") throw badRequest("no namespace on request");
  const { rules, errors } = rbac.rulesFor(user, namespace);
  const resourceRules = rules
    .filter(({ resources }) => resources.length > 0)
    .map(({ verbs, apiGroups, resources, resourceNames }): Json => {
      const names = resourceNames.length === 0 ? {} : { resourceNames: [...resourceNames] };
      return { verbs: [...verbs], apiGroups: [...apiGroups], resources: [...resources], ...names };
    });
  const nonResourceRules = rules
    .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
    .map(({ verbs, nonResourceURLs }): Json => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] }));
  const evaluationError = errors.length === 0 ? {} : { evaluationError: errors.join(", ") };
  return { resourceRules, nonResourceRules, incomplete: errors.length > 0, ...evaluationError };
}
