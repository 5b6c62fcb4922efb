import { isConfigMap, type KubernetesObject, refKey, refOf, sortForApply } from "@fairway/objects";
import type { Active, RolloutHeader, Slot, StoredRelease } from "../ports.ts";
import type { Phase } from "../state/rollout-event.ts";

/** Puts slot-neutral objects into a slot and stamps the release's name; see `placeInSlot` of the manifests. */
export type Place = (objects: readonly KubernetesObject[], slot: Slot, release: string) => readonly KubernetesObject[];

export interface ClusterPlan {
  /** All objects of the new release, in apply order; empty: the service is removed. */
  readonly desired: readonly KubernetesObject[];
  /** The part of `desired` that must be there before workloads: namespace, access, configuration. */
  readonly init: readonly KubernetesObject[];
  /** The other part: workloads and what leads to them. */
  readonly app: readonly KubernetesObject[];
  /** All objects of the release before; empty: there was none. */
  readonly former: readonly KubernetesObject[];
  /** Keys (`refKey`) of what the last phase leaves alone. */
  readonly keep: ReadonlySet<string>;
  /** Keys of what a restore leaves alone. */
  readonly keepFormer: ReadonlySet<string>;
}

/** What a rollout will do, fixed when it begins. */
export interface Plan {
  readonly rollout: number;
  readonly service: string;
  readonly environment: string;
  readonly namespace: string;
  readonly from: Active | undefined;
  /** Undefined: a removal. */
  readonly target: Active | undefined;
  /** The phases that it passes, in order. */
  readonly phases: readonly Phase[];
  /** Clusters that go together; a barrier stands after each phase of a wave. */
  readonly waves: readonly (readonly string[])[];
  readonly clusters: Readonly<Record<string, ClusterPlan>>;
}

/** Kinds that workloads refer to; everything else is applied in the app phase. */
const initKinds = new Set([
  "Namespace",
  "ServiceAccount",
  "Role",
  "RoleBinding",
  "ResourceQuota",
  "LimitRange",
  "NetworkPolicy",
  "ConfigMap",
  "Secret",
]);

const rolloutAnnotation = "fairway.dev/rollout";

/**
 * The slot of the new release. `rolling` stays where the service is; `blue-green` and `canary` will take the other one.
 */
export function targetSlot(from: Active | undefined): Slot {
  return from?.slot ?? "a";
}

/**
 * Plans the way from one release to another in these clusters. Pure: equal arguments, equal plan.
 *
 * @param from What is active, with its stored release; undefined for a first rollout.
 * @param to The new release, undefined for a removal.
 * @param clusters Names, all in one wave.
 * @param kept Releases that can be rolled back to: their ConfigMaps stay.
 */
export function plan(
  header: Pick<RolloutHeader, "number" | "service" | "environment" | "strategy">,
  from: { readonly active: Active; readonly release: StoredRelease } | undefined,
  to: { readonly active: Active; readonly release: StoredRelease } | undefined,
  clusters: readonly string[],
  options: { readonly place: Place; readonly kept: readonly StoredRelease[]; readonly namespace: string },
): Plan {
  const { number: rollout, service, environment } = header;
  const objectsOf = (side: typeof to, cluster: string): readonly KubernetesObject[] => {
    const stored = side?.release.objects[cluster];
    if (side === undefined || stored === undefined) return [];
    const placed = options.place(stored, side.active.slot, side.release.name);
    return sortForApply(placed).map((object) => annotate(object, rollout));
  };
  const clusterPlan = (cluster: string): ClusterPlan => {
    const desired = objectsOf(to, cluster);
    const former = objectsOf(from, cluster);
    const configuration = (releases: readonly StoredRelease[]): readonly string[] =>
      releases.flatMap((release) => (release.objects[cluster] ?? []).filter(isConfigMap).map(keyOf));
    const others = options.kept.filter((release) => release.name !== to?.release.name);
    return {
      desired,
      init: desired.filter((object) => initKinds.has(object.kind)),
      app: desired.filter((object) => !initKinds.has(object.kind)),
      former,
      keep: new Set([...desired.map(keyOf), ...former.filter(isConfigMap).map(keyOf), ...configuration(others)]),
      keepFormer: new Set([...former.map(keyOf), ...configuration(others)]),
    };
  };
  return {
    rollout,
    service,
    environment,
    namespace: options.namespace,
    from: from?.active,
    target: to?.active,
    phases: to === undefined ? ["prepare", "balancing", "cleanup"] : ["prepare", "init", "app", "balancing", "cleanup"],
    waves: [clusters],
    clusters: Object.fromEntries(clusters.map((cluster) => [cluster, clusterPlan(cluster)])),
  };
}

function keyOf(object: KubernetesObject): string {
  return refKey(refOf(object));
}

function annotate(object: KubernetesObject, rollout: number): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [rolloutAnnotation]: String(rollout) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
