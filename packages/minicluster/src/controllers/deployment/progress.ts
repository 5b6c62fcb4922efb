import type { Condition, Deployment, DeploymentStatus } from "@fairway/objects";
import { timestamp } from "../../clock/clock.ts";
import { conditionOf, withCondition } from "../conditions.ts";
import { timeOf } from "../object-key.ts";

/** Counts over the Deployment's ReplicaSets. */
export interface Counts {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

export interface ProgressInputs {
  readonly deployment: Deployment;
  readonly counts: Counts;
  /** Least number of available pods of the strategy. */
  readonly least: number;
  /** The current ReplicaSet, when it exists. */
  readonly current: { readonly name: string; readonly created: boolean } | undefined;
  /** A ReplicaFailure condition of one of the ReplicaSets. */
  readonly failure: Condition | undefined;
  /** The current ReplicaSet's name was taken by another template. */
  readonly collided: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `progressDeadlineSeconds` with this value means none (k8s.io/kubernetes `HasProgressDeadline`). */
const NO_DEADLINE = 2 ** 31 - 1;

/** The Deployment's status. Conditions, reasons and messages as in Kubernetes' deployment controller, `progress.go`. */
export function deploymentStatus(inputs: ProgressInputs): DeploymentStatus {
  const { deployment, counts } = inputs;
  const before = deployment.status ?? {};
  const collisions = (before.collisionCount ?? 0) + (inputs.collided ? 1 : 0);
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...nonZero({
      replicas: counts.replicas,
      updatedReplicas: counts.updated,
      readyReplicas: counts.ready,
      availableReplicas: counts.available,
      unavailableReplicas: Math.max(0, counts.replicas - counts.available),
      collisionCount: collisions,
    }),
    conditions: conditions(inputs),
  };
}

/** Milliseconds until the progress deadline; undefined when none is running. */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const deadline = deadlineOf(deployment);
  const progressing = conditionOf(status.conditions, "Progressing");
  if (deadline === undefined || progressing?.status !== "True" || progressing.reason === "NewReplicaSetAvailable") {
    return undefined;
  }
  const from = timeOf(progressing.lastUpdateTime);
  // One second more: times are kept in whole seconds.
  return from === undefined ? undefined : Math.max(0, from + deadline * 1000 + 1000 - now);
}

/** All replicas are new and available, and the controller has seen the newest generation. */
export function isComplete(deployment: Deployment, counts: Counts): boolean {
  const wanted = deployment.spec?.replicas ?? 1;
  return counts.updated === wanted && counts.replicas === wanted && counts.available === wanted;
}

function conditions(inputs: ProgressInputs): readonly Condition[] {
  const { deployment, counts, now } = inputs;
  const time = timestamp(now);
  const stamped = (type: string, status: "True" | "False" | "Unknown", reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastUpdateTime: time,
    lastTransitionTime: time,
  });
  const before = deployment.status?.conditions ?? [];
  const availability =
    counts.available >= inputs.least
      ? stamped("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
      : stamped("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
  const known = conditionOf(before, "Available");
  let next: readonly Condition[] =
    known?.status === availability.status && known.reason === availability.reason
      ? before
      : withCondition(before, availability);

  const progressing = progress(inputs, stamped);
  if (progressing === "none") next = next.filter(({ type }) => type !== "Progressing");
  else if (progressing) next = withCondition(next, progressing);

  next = next.filter(({ type }) => type !== "ReplicaFailure");
  const { failure } = inputs;
  if (failure) {
    // The ReplicaSet's own times: the status must not change by being computed again.
    const at = failure.lastTransitionTime ?? time;
    next = [...next, { ...failure, lastUpdateTime: at, lastTransitionTime: at }];
  }
  return next;
}

function progress(
  { deployment, counts, current, now }: ProgressInputs,
  stamped: (
    type: string,
    status: "True" | "False" | "Unknown",
    reason: string,
    message: string,
  ) => Condition & {
    readonly lastTransitionTime: string;
  },
): (Condition & { readonly lastTransitionTime: string }) | "none" | undefined {
  const deadline = deadlineOf(deployment);
  if (deadline === undefined) return "none";
  const name = current?.name ?? "";
  const known = conditionOf(deployment.status?.conditions, "Progressing");
  if (deployment.spec?.paused === true) {
    return known?.reason === "DeploymentPaused"
      ? undefined
      : stamped("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
  }
  if (current?.created) {
    return stamped("Progressing", "True", "NewReplicaSetCreated", `Created new replica set "${name}"`);
  }
  if (known?.reason === "NewReplicaSetAvailable" && counts.replicas === counts.updated && namesCurrent(known, name)) {
    return undefined;
  }
  if (isComplete(deployment, counts)) {
    return stamped(
      "Progressing",
      "True",
      "NewReplicaSetAvailable",
      `ReplicaSet "${name}" has successfully progressed.`,
    );
  }
  if (known === undefined || known.reason === "DeploymentPaused" || !isAbout(known, deployment, name)) {
    return stamped("Progressing", "True", "FoundNewReplicaSet", `Found new replica set "${name}"`);
  }
  if (hasMoved(deployment.status ?? {}, counts)) {
    return stamped("Progressing", "True", "ReplicaSetUpdated", `ReplicaSet "${name}" is progressing.`);
  }
  const from = timeOf(known.lastUpdateTime);
  if (
    known.status === "True" &&
    known.reason !== "NewReplicaSetAvailable" &&
    from !== undefined &&
    from + deadline * 1000 < now
  ) {
    return stamped(
      "Progressing",
      "False",
      "ProgressDeadlineExceeded",
      `ReplicaSet "${name}" has timed out progressing.`,
    );
  }
  return undefined;
}

/** False when the condition tells of another ReplicaSet: the template has changed to one that exists. */
function isAbout(known: Condition, deployment: Deployment, name: string): boolean {
  return deployment.status?.observedGeneration === deployment.metadata.generation || namesCurrent(known, name);
}

function namesCurrent(known: Condition, name: string): boolean {
  return known.message?.includes(`"${name}"`) === true;
}

/** More is new, less is old, more is ready or available than before. */
function hasMoved(before: DeploymentStatus, counts: Counts): boolean {
  const old = (before.replicas ?? 0) - (before.updatedReplicas ?? 0);
  return (
    counts.updated > (before.updatedReplicas ?? 0) ||
    counts.replicas - counts.updated < old ||
    counts.ready > (before.readyReplicas ?? 0) ||
    counts.available > (before.availableReplicas ?? 0)
  );
}

function deadlineOf(deployment: Deployment): number | undefined {
  const deadline = deployment.spec?.progressDeadlineSeconds ?? 600;
  return deadline === NO_DEADLINE ? undefined : deadline;
}

function nonZero<T extends Readonly<Record<string, number>>>(counts: T): Partial<T> {
  const kept: Partial<T> = {};
  for (const name of Object.keys(counts) as (keyof T)[]) if (counts[name] !== 0) kept[name] = counts[name];
  return kept;
}
