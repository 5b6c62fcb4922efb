import type { CauseCode, Finding } from "./cause.ts";

/** Why admission let something not in, in a developer's words. */
export type AdmissionRefusal = Pick<Finding, "code" | "summary" | "advice">;

type Words = (what: string, found: RegExpExecArray) => readonly [summary: string, advice: string];

const askOwner = "or ask the cluster's owner";

/**
 * What the API server's admission says (k8s.io/apiserver `pkg/admission/plugin`, Kubernetes `plugin/pkg/admission`). The HTTP code
 * tells nothing: a webhook chooses its own. What a webhook or a policy says itself may be any text, so these come first.
 */
const known: readonly (readonly [CauseCode, RegExp, Words])[] = [
  [
    "WebhookDown",
    /failed calling webhook "([^"]*)"/,
    (what, [, name]) => [
      `the cluster cannot ask its webhook ${name} about ${what}`,
      `the cluster's owner must bring the webhook's service back, or let its failurePolicy be Ignore`,
    ],
  ],
  [
    "WebhookDenied",
    /admission webhook "([^"]*)" denied the request/,
    (what, [, name]) => [`the webhook ${name} of the cluster refuses ${what}`, `change what it names, ${askOwner}`],
  ],
  [
    "PolicyDenied",
    /(?:AdmissionPolicy|policy) ['"]([^'"]*)['"].* denied request/,
    (what, [, name]) => [`the policy ${name} of the cluster refuses ${what}`, `change what it names, ${askOwner}`],
  ],
  [
    "PolicyDenied",
    /violates PodSecurity "([^":]*)/,
    (what, [, level]) => [
      `the Pod Security standard ${level} of the namespace refuses ${what}`,
      `change what the message names, ${askOwner}`,
    ],
  ],
  [
    "QuotaExceeded",
    /exceeded quota|failed quota/,
    (what) => [
      `the namespace's quota has no room for ${what}`,
      "choose a smaller [engine] size or fewer replicas, or ask the platform's owner for a larger quota",
    ],
  ],
  [
    "LimitRangeViolated",
    /(?:maximum|minimum) \S+ usage per|max limit to request ratio per/,
    (what) => [
      `the namespace's limits do not allow the size of ${what}`,
      "choose another [engine] size, or ask the platform's owner to change the namespace's limits",
    ],
  ],
  [
    "ServiceAccountMissing",
    /error looking up service account|service ?account .*not found/,
    (what) => [
      `the service account of ${what} does not exist`,
      "deploy again; if it stays, somebody deleted it: look at the events of the namespace",
    ],
  ],
];

/**
 * Says why admission refused a write, for the developer of a service.
 *
 * @param message what the API server answered, or what a controller reports of its answer
 * @param what the refused thing: `the pods of the new release`, `Deployment/user-a`
 * @returns undefined when the message is about something else
 */
export function admissionRefusal(message: string, what: string): AdmissionRefusal | undefined {
  for (const [code, pattern, words] of known) {
    const found = pattern.exec(message);
    if (found === null) continue;
    const [summary, advice] = words(what, found);
    return { code, summary, advice };
  }
  return undefined;
}
