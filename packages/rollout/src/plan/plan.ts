import { isConfigMap, isDeployment, type KubernetesObject, keyOf, sortForApply } from "@fairway/objects";
import { scales } from "../cluster/replicas.ts";
import type { Active, Measurement, RolloutHeader, Slot, StoredRelease } from "../ports.ts";
import type { RouterName, SideBySide } from "../traffic/router.ts";
import { routers } from "../traffic/routers.ts";
import { leadsRequests } from "../traffic/slot-services.ts";
import { type Stage, stagesOf, wavesOf } from "./stages.ts";
import { type TrafficStep, takesOtherSlot, trafficSteps } from "./traffic-steps.ts";
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
  /** The names of the releases as the objects carry them, which may be those of earlier ones with the same objects. */
  readonly carries: { readonly former: string | undefined; readonly desired: string | undefined };
  /** Present where the two releases stand side by side, and requests are shared between them. */
  readonly sides?: SideBySide & { readonly router: RouterName };
  /** The new release leaves this cluster: it is drained and emptied after the commit. */
  readonly leaving: boolean;
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
  /** What others have changed by hand is changed back, and what they have added is taken away. */
  readonly repairs: boolean;
  /** What it passes, in order; a barrier stands after each. The commit point stands before `cleanup`. */
  readonly stages: readonly Stage[];
  /** Clusters that go together. */
  readonly waves: readonly (readonly string[])[];
  /** How long each wave but the last is looked at, in milliseconds. */
  readonly bake: number;
  /** How requests go over where both releases stand side by side; empty: pods are replaced in place. */
  readonly steps: readonly TrafficStep[];
  readonly analysis: readonly Measurement[];
  /** The Job that brings the database to the new release, once. */
  readonly migration: { readonly cluster: string; readonly job: KubernetesObject } | undefined;
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

/** The slot of the new release: pod by pod it stays where the service is, else it takes the other one. */
export function targetSlot(header: Pick<RolloutHeader, "strategy" | "kind">, from: Active | undefined): Slot {
  if (from === undefined) return "a";
  return takesOtherSlot(header, from) ? other(from.slot) : from.slot;
}

function other(slot: Slot): Slot {
  return slot === "a" ? "b" : "a";
}

/** Whether the two releases stand side by side, and requests go over in steps. */
export function isSlotted(plan: Pick<Plan, "steps">): boolean {
  return plan.steps.length > 0;
}

/**
 * Plans the way from one release to another in these clusters. Pure: equal arguments, equal plan.
 *
 * @param from What is active, with its stored release; undefined for a first rollout.
 * @param to The new release, undefined for a removal.
 * @param clusters Names.
 * @param kept Releases that can be rolled back to: their ConfigMaps stay.
 */
export function plan(
  header: Pick<RolloutHeader, "number" | "service" | "environment" | "strategy" | "kind">,
  from: { readonly active: Active; readonly release: StoredRelease } | undefined,
  to: { readonly active: Active; readonly release: StoredRelease } | undefined,
  clusters: readonly string[],
  options: {
    readonly place: Place;
    readonly kept: readonly Pick<StoredRelease, "name" | "objects">[];
    readonly namespace: string;
    /** By cluster, for strategies that share requests between two slots. */
    readonly routers?: Readonly<Record<string, RouterName>>;
  },
): Plan {
  const { number: rollout, service, environment } = header;
  const objectsOf = (side: typeof to, cluster: string): readonly KubernetesObject[] => {
    const stored = side?.release.objects[cluster];
    if (side === undefined || stored === undefined) return [];
    const placed = options.place(stored, side.active.slot, carriedName(side.release, cluster));
    return sortForApply(placed).map((object) => annotate(object, rollout));
  };
  const settings = to?.release.deploy;
  const steps = from === undefined || to === undefined ? [] : trafficSteps(header, from.active, settings);
  const sidesOf = (
    cluster: string,
    former: readonly KubernetesObject[],
    desired: readonly KubernetesObject[],
  ): ClusterPlan["sides"] => {
    if (steps.length === 0 || from === undefined || to === undefined) return undefined;
    if (former.length === 0 || desired.length === 0) return undefined;
    const router = options.routers?.[cluster] ?? "replicas";
    const { namespace } = options;
    return { service, namespace, from: from.active.slot, to: to.active.slot, former, desired, router };
  };
  const clusterPlan = (cluster: string): ClusterPlan => {
    const desired = objectsOf(to, cluster);
    const former = objectsOf(from, cluster);
    const configuration = (releases: typeof options.kept): readonly string[] =>
      releases.flatMap((release) => (release.objects[cluster] ?? []).filter(isConfigMap).map(keyOf));
    const others = options.kept.filter((release) => release.name !== to?.release.name);
    const formerOf = (object: KubernetesObject) => former.find((one) => keyOf(one) === keyOf(object));
    const widened = desired.map((object) => (former.length === 0 ? object : widenPolicy(object, formerOf(object))));
    const hold = held(desired, former);
    const sides = sidesOf(cluster, former, desired);
    const beside = sides === undefined ? [] : routers[sides.router].beside(sides);
    // What decides where requests go, and is there already, waits for its step.
    const isSwitched = (object: KubernetesObject): boolean =>
      sides !== undefined && leadsRequests(object) && formerOf(object) !== undefined;
    const app = desired.filter(
      (object) => !initKinds.has(object.kind) && !lateKinds.has(object.kind) && !isSwitched(object),
    );
    return {
      desired,
      init: widened.filter(({ kind }) => initKinds.has(kind)),
      app: [...app, ...beside.map((object) => annotate(object, rollout))],
      hold,
      late: desired.filter(
        (object, index) =>
          lateKinds.has(object.kind) || hold.has(keyOf(object)) || isSwitched(object) || widened[index] !== object,
      ),
      former,
      keep: new Set([...desired.map(keyOf), ...former.filter(isConfigMap).map(keyOf), ...configuration(others)]),
      keepFormer: new Set([...former.map(keyOf), ...configuration(others)]),
      carries: {
        former: from === undefined ? undefined : carriedName(from.release, cluster),
        desired: to === undefined ? undefined : carriedName(to.release, cluster),
      },
      ...(sides === undefined ? {} : { sides }),
      leaving: header.kind === "membership" && desired.length === 0 && former.length > 0,
    };
  };
  const migration = header.kind === "deploy" ? to?.release.migration : undefined;
  const jobOf = ({ cluster, job }: NonNullable<typeof migration>, side: NonNullable<typeof to>): KubernetesObject => {
    const [placed = job] = options.place([job], side.active.slot, carriedName(side.release, cluster));
    return named(placed, header);
  };
  const waves = wavesOf(clusters, settings?.waves ?? []);
  return {
    rollout,
    service,
    environment,
    namespace: options.namespace,
    from: from?.active,
    target: to?.active,
    repairs: header.kind === "repair",
    stages: stagesOf(waves, {
      removal: to === undefined,
      migrates: migration !== undefined,
      shifts: steps.length > 0,
    }),
    waves,
    bake: settings?.bake ?? 0,
    steps,
    // A first release has no requests yet, and whoever goes back wants it now.
    analysis: header.kind === "deploy" && from !== undefined ? (settings?.analysis ?? []) : [],
    migration: migration && to && { ...migration, job: jobOf(migration, to) },
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

/** The name that a release's objects carry in a cluster: its own, or that of the release that first had them. */
export function carriedName(release: Pick<StoredRelease, "name" | "sameAs">, cluster: string): string {
  return release.sameAs?.[cluster] ?? release.name;
}

/** A Job of this rollout alone: repeated creates meet each other, and another rollout has another. */
function named(job: KubernetesObject, { number }: Pick<RolloutHeader, "number">): KubernetesObject {
  return annotate({ ...job, metadata: { ...job.metadata, name: `${job.metadata.name}-${number}` } }, number);
}

function annotate(object: KubernetesObject, rollout: number): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [rolloutAnnotation]: String(rollout) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
