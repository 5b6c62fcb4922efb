import { isConfigMap, isDeployment, type KubernetesObject, refKey, refOf, sortForApply } from "@fairway/objects";
import { scales } from "../cluster/replicas.ts";
import type { Active, RolloutHeader, Slot, StoredRelease } from "../ports.ts";
import type { Phase } from "../state/rollout-event.ts";
import { widenPolicy } from "./widen-policy.ts";

/** Puts slot-neutral objects into a slot and stamps the release's name; see `placeInSlot` of the manifests. */
export type Place = (objects: readonly KubernetesObject[], slot: Slot, release: string) => readonly KubernetesObject[];

export interface ClusterPlan {
  /** All objects of the new release, in apply order; empty: the service is removed. */
  readonly desired: readonly KubernetesObject[];
  /** What must be there before workloads: namespace, bounds, access, configuration. Policies still let through what the former release may. */
  readonly init: readonly KubernetesObject[];
  /** Workloads and what leads to them. */
  readonly app: readonly KubernetesObject[];
  /** Keys of workloads in `app` that get no fewer replicas than they have, until the new release stands. */
  readonly hold: ReadonlySet<string>;
  /** What waits for the decision: policies as they shall be, workloads that were held, what runs by time. */
  readonly late: readonly KubernetesObject[];
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

/** What begins to run by itself, and so not before the release is decided. */
const lateKinds = new Set(["CronJob"]);

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
    const formerOf = (object: KubernetesObject) => former.find((one) => keyOf(one) === keyOf(object));
    const widened = desired.map((object) => (former.length === 0 ? object : widenPolicy(object, formerOf(object))));
    const hold = held(desired, former);
    return {
      desired,
      init: widened.filter(({ kind }) => initKinds.has(kind)),
      app: desired.filter(({ kind }) => !initKinds.has(kind) && !lateKinds.has(kind)),
      hold,
      late: desired.filter(
        (object, index) => lateKinds.has(object.kind) || hold.has(keyOf(object)) || widened[index] !== object,
      ),
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

/**
 * Workloads that would lose pods which are needed until the new release stands: those that had an autoscaler and get a
 * number, and those whose replicas are spread over workloads that are yet to come up. None at all is an order to stop.
 */
function held(desired: readonly KubernetesObject[], former: readonly KubernetesObject[]): ReadonlySet<string> {
  const workloads = desired.filter(isDeployment);
  const before = former.filter(isDeployment);
  const isKnown = (one: KubernetesObject): boolean => before.some((other) => keyOf(other) === keyOf(one));
  const spread = before.length > 0 && workloads.some((one) => !isKnown(one));
  const scaled = (one: KubernetesObject): boolean => former.some((scaler) => scales(scaler, one));
  const losing = workloads.filter((one) => isKnown(one) && (one.spec?.replicas ?? 0) > 0 && (spread || scaled(one)));
  return new Set(losing.map(keyOf));
}

function keyOf(object: KubernetesObject): string {
  return refKey(refOf(object));
}

function annotate(object: KubernetesObject, rollout: number): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [rolloutAnnotation]: String(rollout) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
