import type { Deployment, PodTemplateSpec, ReplicaSet } from "@fairway/objects";
import { canonicalJson, sameAsJson, toJson } from "../../json.ts";
import { nameSafeHash, ownerReference, timeOf } from "../object-key.ts";

const HASH_LABEL = "pod-template-hash";
export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The ReplicaSet that was made from the Deployment's template; of several the oldest, as Kubernetes chooses. */
export function currentReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return byAge(replicaSets).find(({ spec }) => sameAsJson(withoutHash(spec?.template), deployment.spec?.template));
}

/** Oldest first. */
export function byAge(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return replicaSets.toSorted(
    (a, b) =>
      (timeOf(a.metadata.creationTimestamp) ?? 0) - (timeOf(b.metadata.creationTimestamp) ?? 0) ||
      revisionOf(a) - revisionOf(b) ||
      (a.metadata.name < b.metadata.name ? -1 : 1),
  );
}

/** 0 when it has none. */
export function revisionOf(object: ReplicaSet | Deployment): number {
  const revision = Number(object.metadata.annotations?.[REVISION] ?? 0);
  return Number.isSafeInteger(revision) ? revision : 0;
}

/** The revision that the current ReplicaSet shall have: above all others. */
export function nextRevision(current: ReplicaSet | undefined, old: readonly ReplicaSet[]): number {
  return Math.max(old.reduce((most, one) => Math.max(most, revisionOf(one)), 0) + 1, current ? revisionOf(current) : 0);
}

/** Annotations for the current ReplicaSet: the Deployment's own, the revision, and what it was before. */
export function replicaSetAnnotations(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  revision: number,
  most: number,
): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = { ...current?.metadata.annotations };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (name !== REVISION && name !== LAST_APPLIED) annotations[name] = value;
  }
  const before = current ? revisionOf(current) : 0;
  if (before > 0 && before !== revision) {
    const history = annotations[REVISION_HISTORY];
    annotations[REVISION_HISTORY] = history === undefined ? String(before) : `${history},${before}`;
  }
  annotations[REVISION] = String(revision);
  return { ...annotations, ...sizeAnnotations(deployment, most) };
}

/** What a ReplicaSet was sized for: the Deployment's `replicas`, and the most pods that it may have at once. */
export function sizeAnnotations(deployment: Deployment, most: number): Readonly<Record<string, string>> {
  return { [DESIRED_REPLICAS]: String(deployment.spec?.replicas ?? 1), [MAX_REPLICAS]: String(most) };
}

/** Reads what `sizeAnnotations` wrote. */
export function sizedFor({ metadata }: ReplicaSet): {
  readonly replicas: number | undefined;
  readonly most: number | undefined;
} {
  const read = (name: string): number | undefined => {
    const value = Number(metadata.annotations?.[name] ?? Number.NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  };
  return { replicas: read(DESIRED_REPLICAS), most: read(MAX_REPLICAS) };
}

/** A ReplicaSet for the Deployment's template. The same template gives the same name, unless `collisionCount` differs. */
export function newReplicaSet(
  deployment: Deployment,
  replicas: number,
  annotations: Readonly<Record<string, string>>,
): ReplicaSet {
  const template = deployment.spec?.template ?? {};
  const collisions = deployment.status?.collisionCount;
  const hash = nameSafeHash(canonicalJson(toJson(template) ?? null) + (collisions === undefined ? "" : collisions));
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations,
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec?.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: {
        ...deployment.spec?.selector,
        matchLabels: { ...deployment.spec?.selector.matchLabels, [HASH_LABEL]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  const labels = { ...template?.metadata?.labels };
  delete labels[HASH_LABEL];
  return template && { ...template, metadata: { ...template.metadata, labels } };
}
