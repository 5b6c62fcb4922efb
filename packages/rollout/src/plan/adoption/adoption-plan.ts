import type { KubernetesObject, ObjectRef } from "@fairway/objects";

/** An object that somebody else has made, as it was when it was decided on. */
export interface FormerObject {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly resourceVersion: string;
  /** `Helm release shop`, `kubectl-client-side-apply`. */
  readonly madeBy: string;
}

/** One that is changed, and so is kept whole: what it is brought back to. */
export interface ChangedObject extends FormerObject {
  readonly former: KubernetesObject;
}

/** A port of the old Service, and the one of ours that stands for it. */
export interface PortPair {
  /** As the old Service names it; empty: it has no name. */
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** Name of the port of our Service. */
  readonly ours: string;
}

export interface ClusterAdoption {
  /** The Service that callers use. */
  readonly address: ChangedObject;
  readonly ports: readonly PortPair[];
  /** The namespace, where ours moves into it. */
  readonly claim: ChangedObject | undefined;
  /** What ours has by the same name: taken over with the confirmation. */
  readonly take: readonly ChangedObject[];
  /** Deleted with the confirmation. */
  readonly remove: readonly FormerObject[];
  /** What is beside it, and why it is not touched. */
  readonly leave: readonly { readonly object: string; readonly why: string }[];
  /** What stands for what: `Deployment/shop` and `Deployment/shop-a`. */
  readonly pairs: readonly { readonly old: string; readonly ours: string }[];
  /** Keys (`refKey`) of objects of ours that wait for the confirmation. */
  readonly withheld: readonly string[];
  /** What whoever decides should know. */
  readonly notes: readonly string[];
}

/** What an adoption does, fixed when it begins; JSON. */
export interface AdoptionPlan {
  readonly from: { readonly namespace: string; readonly service: string };
  /** Of ours. */
  readonly namespace: string;
  /**
   * How requests come to ours. `take`: our Service has the same namespace and name, so it takes the old one over. `mirror`: the old
   * Service loses its pods, and the endpoints of our Service are kept in slices of it.
   */
  readonly way: "take" | "mirror";
  readonly clusters: Readonly<Record<string, ClusterAdoption>>;
}

export type AdoptionFindingCode =
  | "old-not-found"
  | "old-in-some-clusters-only"
  | "old-is-ours"
  | "old-kind-of-service"
  | "old-not-ready"
  | "old-several-owners"
  | "old-not-a-deployment"
  | "old-other-service"
  | "port-not-served"
  | "port-name-changes"
  | "name-taken"
  | "name-shared"
  | "namespace-reserved"
  | "permission-missing"
  | "cluster-unreachable"
  | "ours-has-no-service";

/** Why it cannot be adopted; nothing has been changed. */
export interface AdoptionFinding {
  /** Empty: of all. */
  readonly cluster: string;
  readonly code: AdoptionFindingCode;
  readonly message: string;
  readonly advice: string;
}
