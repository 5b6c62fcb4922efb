import type { CauseEntry } from "./cause-entry.ts";

/** Why a write is refused; most are found before anything is changed. */
export const refusalEntries = {
  FieldConflict: {
    meaning: "A field of the object belongs to somebody else.",
    cause:
      "Another tool or person has set it, and says something else. The message names who and which field; Fairway never takes a field by force.",
    cure: "Set it to the same value there, which is no conflict, or take it out of app.toml, or let the other give it up.",
  },
  ImmutableField: {
    meaning: "A field would change that Kubernetes never lets change.",
    cause: "A workload's selector, for example. The message has the field, what is there, and what the release has.",
    cure: "Take the change back, or remove the service and deploy it anew.",
  },
  InvalidObject: {
    meaning: "The cluster does not take the object: it is not valid.",
    cause: "A patch or a brought object, or a Kubernetes that is too old for a field. The message names the field.",
    cure: "Correct it in app.toml or in `kubernetes/`; if it is in neither, this is a fault of Fairway.",
  },
  PermissionMissing: {
    meaning: "Fairway's account in the cluster lacks a right.",
    cause: "The cluster was registered with an account that has fewer rights than `fairway cluster account` prints.",
    cure: "Let the cluster's owner apply that account again.",
  },
  CredentialsRefused: {
    meaning: "The cluster does not know Fairway's credentials any more.",
    cause: "A token or certificate has expired, or was taken away.",
    cure: "Register the cluster again with a kubeconfig that is valid: `fairway cluster add`.",
  },
  ForeignObject: {
    meaning: "An object of this name is there already, and is not this service's.",
    cause: "Somebody else made it, by hand or with another tool.",
    cure: "Choose another name, or let its owner delete it.",
  },
  InventoryAhead: {
    meaning: "Another Fairway platform drives this service in this cluster.",
    cause: "Two platforms have the same cluster, or this one's database is older than what it has done there.",
    cure: "Let one platform drive a cluster.",
  },
  NamespaceForeign: {
    meaning: "The service's namespace is there already, and is not this service's.",
    cause: "Somebody else made it, or it belongs to another service or environment.",
    cure: "Choose another name, or let its owner delete the namespace.",
  },
  NamespaceReserved: {
    meaning: "No service may have a namespace of this name.",
    cause: "It is one of the cluster's or of Fairway's own.",
    cure: "Choose another name.",
  },
  QuotaTooSmall: {
    meaning: "The namespace's quota is too small for the release.",
    cause:
      "Its own pods, those that stand beside them while they are replaced, and what others use ask for more than a quota of the namespace has. Where only runs of jobs are too many, which end by themselves, it is a warning.",
    cure: "Choose a smaller size or fewer replicas, or ask the platform's owner for a larger quota.",
  },
  ReleaseLacksCluster: {
    meaning: "The release was made when the environment did not have this cluster.",
    cause: "A cluster has been added since.",
    cure: "Deploy again: that makes a release for all clusters.",
  },
  ClusterError: {
    meaning: "The cluster refused a write for a reason that has no code of its own.",
    cause: "The message is the cluster's own.",
    cure: "Mend what it names, and deploy again.",
  },
  InternalError: {
    meaning: "Fairway itself has failed.",
    cause: "A fault of Fairway.",
    cure: "Look at the server's log, and report it.",
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
