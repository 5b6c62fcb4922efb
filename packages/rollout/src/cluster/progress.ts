import { type Cause, type ContainerLog, diagnose, examine, type WantedLog, wantsLogs } from "@fairway/diagnosis";
import { releaseLabel, slotLabel } from "@fairway/manifests";
import {
  type Deployment,
  healthOf,
  isDeployment,
  isPod,
  isReady,
  type KubernetesObject,
  type Pod,
} from "@fairway/objects";
import type { Observation, Slot } from "../ports.ts";
import type { Progress } from "../state/facts.ts";

/** What was applied, and so what a fresh observation must show. */
export interface Expectation {
  readonly service: string;
  readonly namespace: string;
  /** As its pods carry it. */
  readonly release: string;
  readonly slot: Slot;
  /** `the new release` while rolling out, `the former release` while restoring; part of what people read. */
  readonly who: string;
  readonly workloads: readonly {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
    readonly replicas: number;
  }[];
  /** When it was applied, in milliseconds since the epoch. */
  readonly appliedAt: number;
  /** The longest `progressDeadlineSeconds` of the workloads, in milliseconds. */
  readonly progressDeadline: number | undefined;
}

/** Takes from the answers of apply what to wait for. */
export function expect(
  stored: readonly KubernetesObject[],
  of: Pick<Expectation, "service" | "namespace" | "release" | "slot" | "who" | "appliedAt">,
): Expectation {
  const deployments = stored.filter(isDeployment);
  const deadlines = deployments
    .map((deployment) => deployment.spec?.progressDeadlineSeconds)
    .filter((seconds) => seconds !== undefined);
  return {
    ...of,
    workloads: deployments.map((deployment) => ({
      name: deployment.metadata.name,
      uid: deployment.metadata.uid ?? "",
      generation: deployment.metadata.generation ?? 0,
      replicas: deployment.spec?.replicas ?? 1,
    })),
    progressDeadline: deadlines.length === 0 ? undefined : 1000 * Math.max(...deadlines),
  };
}

/** Logs that would make the causes say more. */
export function logsWanted(observation: Observation, expectation: Expectation): readonly WantedLog[] {
  const { service, namespace, release } = expectation;
  return wantsLogs({ service, namespace, release, objects: observation.objects });
}

/**
 * Judges one observation. Only what was seen after our write counts: the workload with the uid that was applied, its
 * generation seen by the controller, and the pods of this release. Pure.
 */
export function judge(
  observation: Observation,
  expectation: Expectation,
  logs: readonly ContainerLog[],
  now: number,
): Progress {
  const { service, namespace, release, who, appliedAt: since } = expectation;
  const { cluster, objects, events } = observation;
  const pods = podsOf(objects, expectation);
  const ready = pods.filter(isReady).length;
  const live = expectation.workloads.map(({ uid, generation }) =>
    objects
      .filter(isDeployment)
      .find((one) => one.metadata.uid === uid && (one.metadata.generation ?? 0) >= generation),
  );
  const seen = live.filter((one) => one !== undefined);
  // An autoscaler may have changed the number since it was applied.
  const desired = expectation.workloads.reduce(
    (sum, { replicas }, index) => sum + (live[index]?.spec?.replicas ?? replicas),
    0,
  );
  const waiting = (detail: string, causes: readonly Cause[], doomed = false): Progress => ({
    desired,
    ready,
    state: doomed ? "doomed" : "waiting",
    detail,
    causes,
  });
  const subject = { cluster, namespace, service, release, who, objects, events, logs, since, now };
  if (seen.length < live.length || !seen.every(isObserved)) {
    const stale = diagnose(subject).filter(({ code }) => code === "StaleObservation");
    return waiting("waiting for the cluster to take it up", stale);
  }
  if (seen.every((deployment) => healthOf(deployment).status === "Current")) {
    return { desired, ready, state: "ready", detail: `${desired}/${desired}`, causes: [] };
  }
  const { causes, doomed } = examine(subject);
  const [worst] = causes;
  if (worst !== undefined && worst.severity !== "transient") return waiting(worst.summary, causes, doomed);
  return waiting(waitsFor(pods, desired, seen), causes);
}

/** Whether a pod is one of the service's replicas; crons, migrations and what a team brings itself have pods too, in no slot. */
export function isReplica(object: KubernetesObject): object is Pod {
  return isPod(object) && object.metadata.labels?.[slotLabel] !== undefined;
}

/** Replicas that run this release and are not on their way out; one release may stand in both slots. */
function podsOf(objects: readonly KubernetesObject[], { release, slot }: Expectation): readonly Pod[] {
  return objects.filter(isReplica).filter(({ metadata: { labels, deletionTimestamp } }) => {
    return labels?.[releaseLabel] === release && labels?.[slotLabel] === slot && deletionTimestamp === undefined;
  });
}

function isObserved(deployment: Deployment): boolean {
  return (deployment.status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
}

function waitsFor(pods: readonly Pod[], desired: number, deployments: readonly Deployment[]): string {
  const late = pods.filter((pod) => !isReady(pod)).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[0];
  if (late !== undefined) return `waiting for readiness of ${late.metadata.name}`;
  if (pods.length < desired) return `waiting for ${desired - pods.length} more of ${desired} pods`;
  const unsettled = deployments.map((one) => healthOf(one)).find((health) => health.status !== "Current");
  return unsettled?.message ?? "waiting";
}
