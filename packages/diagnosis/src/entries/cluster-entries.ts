import type { CauseEntry } from "./cause-entry.ts";

/** What the cluster itself says: it lets no pods in, or says nothing. */
export const clusterEntries = {
  QuotaExceeded: {
    meaning: "The namespace's quota has no room.",
    cause: "What runs and what is new ask together for more than a ResourceQuota allows; the message has the figures.",
    cure: "Choose a smaller size or fewer replicas, or ask the platform's owner for a larger quota.",
  },
  LimitRangeViolated: {
    meaning: "One pod asks for more or less than the namespace lets one pod have.",
    cause: "A LimitRange has a maximum, a minimum or a ratio; the message has the figures.",
    cure: "Choose another size, or ask the platform's owner to change the limits.",
  },
  ServiceAccountMissing: {
    meaning: "The account that the pods run under does not exist.",
    cause: "Fairway writes it before the workload, so somebody deleted it.",
    cure: "Deploy again; if it stays, look in the namespace's events for who deletes it.",
  },
  WebhookDenied: {
    meaning: "A webhook of the cluster says no.",
    cause: "Its owner has rules for what may come in; the message is the webhook's own.",
    cure: "Change what it names, or ask the cluster's owner.",
  },
  PolicyDenied: {
    meaning: "A policy of the cluster says no.",
    cause: "A ValidatingAdmissionPolicy, or the namespace's Pod Security standard; the message is the policy's own.",
    cure: "Change what it names, or ask the cluster's owner.",
  },
  WebhookDown: {
    meaning: "The cluster must ask a webhook, and gets no answer.",
    cause:
      "The webhook's service is down or cannot be reached, or its certificate is not right, and its `failurePolicy` is `Fail`. Nothing of what it watches can be made until it is back.",
    cure: "The cluster's owner must bring it back. Fairway goes on trying meanwhile.",
  },
  FailedCreate: {
    meaning: "The cluster does not let the pods be made.",
    cause: "For a reason that has no code of its own; the message has it.",
    cure: "If what the message names is not yours to change, ask the cluster's owner.",
  },
  ClusterUnreachable: {
    meaning: "The cluster's API does not answer.",
    cause:
      "The cluster is down, its address or certificate has changed, or the way to it is broken. Old health is not shown as if it were new.",
    cure: "`fairway clusters` says since when. It is brought to what was decided when it is back.",
  },
  StaleObservation: {
    meaning: "The cluster has stored the release, and does nothing about it.",
    cause:
      "Its controllers do not run or are far behind: `observedGeneration` stays below `generation`. What is seen is of before, and says nothing.",
    cure: "The cluster's owner must see whether its kube-controller-manager runs.",
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
