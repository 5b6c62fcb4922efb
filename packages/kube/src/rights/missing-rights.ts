import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { field } from "../http/json-field.ts";
import type { Right } from "./rights.ts";

const atOnce = 8;

interface ResourceAttributes {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly verb: string;
}

/**
 * Which of these rights the API would not grant, as `create deployments.apps`. An administrator is known by one question, an
 * account with our role by its rules; what those do not tell costs one question for each verb. An API without access
 * reviews grants what it grants: nothing is missing.
 */
export async function missingRights(
  client: ApiClient,
  rights: readonly Right[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  try {
    if (await allowed(client, { group: "*", resource: "*", verb: "*" }, signal)) return [];
  } catch (error) {
    if (error instanceof ClusterError && error.code === "not-found") return [];
    throw error;
  }
  const asked = await Promise.all(
    rights.map(async (right) => ((await isServed(client, right, signal)) ? [right] : [])),
  );
  const rules = await rulesOf(client, signal);
  const questions = asked
    .flat()
    .flatMap((right) => right.verbs.map((verb) => ({ right, verb })))
    .filter(({ right, verb }) => !rules.some((rule) => covers(rule, right, verb)));
  const answers = new Array<boolean>(questions.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < questions.length; index = next++) {
      const question = questions[index];
      if (question === undefined) return;
      answers[index] = await allowed(client, attributesOf(question.right, question.verb), signal);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return questions.filter((_, index) => answers[index] !== true).map(({ right, verb }) => `${verb} ${nameOf(right)}`);
}

function attributesOf({ group, resource: path, name }: Right, verb: string): ResourceAttributes {
  const [resource = "", subresource] = path.split("/");
  return {
    group,
    resource,
    verb,
    ...(subresource === undefined ? {} : { subresource }),
    ...(name === undefined ? {} : { name }),
  };
}

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** No namespace: only what is granted everywhere counts, and no binding is in it. */
const nowhere = "fairway-has-no-such-namespace";

/** What the API's authorizers say by themselves (SelfSubjectRulesReview); some say nothing, or not all. */
async function rulesOf(client: ApiClient, signal?: AbortSignal): Promise<readonly Rule[]> {
  const body = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectRulesReview",
    spec: { namespace: nowhere },
  };
  try {
    const review = await client.json(
      {
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        body: { contentType: "application/json", text: JSON.stringify(body) },
      },
      { repeatable: true, signal },
    );
    const rules = field(field(review, "status"), "resourceRules");
    return Array.isArray(rules) ? rules.map(ruleOf) : [];
  } catch (error) {
    if (error instanceof ClusterError && error.code === "unreachable") throw error;
    signal?.throwIfAborted();
    return [];
  }
}

function ruleOf(rule: unknown): Rule {
  const words = (name: string): readonly string[] => {
    const value = field(rule, name);
    return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
  };
  return {
    verbs: words("verbs"),
    apiGroups: words("apiGroups"),
    resources: words("resources"),
    resourceNames: words("resourceNames"),
  };
}

function covers(rule: Rule, { group, resource, name }: Right, verb: string): boolean {
  const has = (words: readonly string[], word: string): boolean => words.includes(word) || words.includes("*");
  const named = rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name));
  return named && has(rule.verbs, verb) && has(rule.apiGroups, group) && has(rule.resources, resource);
}

/** Kinds that not every cluster has are asked for; an API that does not tell counts as having them. */
async function isServed(client: ApiClient, { group, optional }: Right, signal?: AbortSignal): Promise<boolean> {
  if (optional !== true) return true;
  try {
    await client.json({ method: "GET", path: `/apis/${group}` }, { repeatable: true, signal });
    return true;
  } catch (error) {
    if (error instanceof ClusterError && error.code === "unreachable") throw error;
    return !(error instanceof ClusterError && error.code === "not-found");
  }
}

/** As kubectl writes it: `deployments.apps`, `secrets/fairway-registry`. */
function nameOf({ group, resource, name }: Right): string {
  return `${resource}${group === "" ? "" : `.${group}`}${name === undefined ? "" : `/${name}`}`;
}

/** SelfSubjectAccessReview, over all namespaces. */
async function allowed(
  client: ApiClient,
  resourceAttributes: ResourceAttributes,
  signal?: AbortSignal,
): Promise<boolean> {
  const review = await client.json(
    {
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: {
        contentType: "application/json",
        text: JSON.stringify({
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes },
        }),
      },
    },
    { repeatable: true, signal },
  );
  return field(field(review, "status"), "allowed") === true;
}
