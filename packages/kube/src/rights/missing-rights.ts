import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { field } from "../http/json-field.ts";
import { rights } from "./rights.ts";

const atOnce = 8;

interface ResourceAttributes {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
}

/**
 * Which of our rights the API would not grant, as `create deployments.apps`. An administrator is known by one question;
 * everybody else costs one for each verb. An API without access reviews grants what it grants: nothing is missing.
 */
export async function missingRights(client: ApiClient, signal?: AbortSignal): Promise<readonly string[]> {
  try {
    if (await allowed(client, { group: "*", resource: "*", verb: "*" }, signal)) return [];
  } catch (error) {
    if (error instanceof ClusterError && error.code === "not-found") return [];
    throw error;
  }
  const questions = rights.flatMap(({ group, resource, verbs }) =>
    verbs.map((verb) => ({ group, resource, verb, name: nameOf(group, resource) })),
  );
  const answers = new Array<boolean>(questions.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < questions.length; index = next++) {
      const question = questions[index];
      if (question === undefined) return;
      const [resource = "", subresource] = question.resource.split("/");
      const { group, verb } = question;
      const attributes = { group, resource, verb, ...(subresource === undefined ? {} : { subresource }) };
      answers[index] = await allowed(client, attributes, signal);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return questions.filter((_, index) => answers[index] !== true).map(({ verb, name }) => `${verb} ${name}`);
}

function nameOf(group: string, resource: string): string {
  return group === "" ? resource : `${resource}.${group}`;
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
