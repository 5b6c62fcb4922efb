import { isObject, type JsonObject } from "../json.ts";

const userInfo = { username: "admin", groups: ["system:masters", "system:authenticated"] };

/** Answers a question about what the caller may do. There is one caller, who may do everything. */
export function answerReview(resource: string, question: JsonObject): JsonObject {
  const spec = isObject(question["spec"]) ? question["spec"] : {};
  const metadata = { creationTimestamp: null };
  switch (resource) {
    case "selfsubjectreviews":
      return {
        kind: "SelfSubjectReview",
        apiVersion: "authentication.k8s.io/v1",
        metadata,
        status: { userInfo },
      };
    case "selfsubjectrulesreviews":
      return {
        kind: "SelfSubjectRulesReview",
        apiVersion: "authorization.k8s.io/v1",
        metadata,
        spec: {},
        status: {
          resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
          incomplete: false,
        },
      };
    default:
      return {
        kind: resource === "subjectaccessreviews" ? "SubjectAccessReview" : "SelfSubjectAccessReview",
        apiVersion: "authorization.k8s.io/v1",
        metadata,
        spec,
        status: { allowed: true, reason: "the token of this cluster may do everything" },
      };
  }
}
