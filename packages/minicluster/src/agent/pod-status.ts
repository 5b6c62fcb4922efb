import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus } from "@fairway/objects";
import { timestamp } from "../clock/clock.ts";
import { withCondition } from "../controllers/conditions.ts";

/** One container as the agent knows it. */
export interface ContainerRecord {
  readonly spec: Container;
  restartCount: number;
  ready: boolean;
  started: boolean;
  state: ContainerState;
  lastState: ContainerState | undefined;
  imageID: string;
  containerID: string | undefined;
}

/** An init container that stays: it runs beside the containers, from before them until after them. */
export function isSidecar(spec: Container): boolean {
  return spec.restartPolicy === "Always";
}

/** It has done what the next one waits for. */
function hasInitialized({ spec, state, started }: ContainerRecord): boolean {
  return isSidecar(spec) ? started || state.terminated !== undefined : state.terminated?.exitCode === 0;
}

/** Where every pod of this node lives. */
const NODE_ADDRESS = "127.0.0.1";

/**
 * The status of a pod from its containers, as the kubelet computes it (k8s.io/kubernetes `pkg/kubelet/kubelet_pods.go`, `getPhase`, and
 * `pkg/kubelet/status/generate.go`).
 *
 * @param ended the pod was deleted and all of its containers have stopped
 */
export function podStatus(
  pod: Pod,
  initContainers: readonly ContainerRecord[],
  containers: readonly ContainerRecord[],
  ended: boolean,
  now: number,
): PodStatus {
  const waiting = initContainers.filter((one) => !hasInitialized(one)).map(({ spec }) => spec.name);
  // A sidecar that starts again does not set the pod back.
  const initialized =
    waiting.length === 0 ||
    containers.some(({ state, lastState }) => (lastState ?? state.running ?? state.terminated) !== undefined);
  const phase = phaseOf(pod, initContainers, containers, initialized, ended);
  const finished = phase === "Succeeded" || phase === "Failed";
  const sidecars = initContainers.filter(({ spec }) => isSidecar(spec));
  const unready = [...sidecars, ...containers].filter(({ ready }) => !ready).map(({ spec }) => spec.name);
  const because = readinessReason(phase, unready);
  const time = timestamp(now);
  const add = (
    conditions: readonly Condition[],
    type: string,
    ok: boolean,
    why: { readonly reason?: string; readonly message?: string } = {},
  ) =>
    withCondition(conditions, {
      type,
      status: ok ? "True" : "False",
      ...(ok && !finished ? {} : why),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      lastTransitionTime: time,
    });

  let conditions: readonly Condition[] = pod.status?.conditions ?? [];
  conditions = add(conditions, "PodReadyToStartContainers", !finished);
  conditions = add(
    conditions,
    "Initialized",
    initialized,
    initialized
      ? phase === "Succeeded"
        ? { reason: "PodCompleted" }
        : {}
      : {
          reason: "ContainersNotInitialized",
          message: `containers with incomplete status: [${waiting.join(" ")}]`,
        },
  );
  conditions = add(conditions, "Ready", because === undefined, because ?? {});
  conditions = add(conditions, "ContainersReady", because === undefined, because ?? {});
  conditions = add(conditions, "PodScheduled", true);
  return {
    phase,
    conditions,
    hostIP: NODE_ADDRESS,
    podIP: NODE_ADDRESS,
    podIPs: [{ ip: NODE_ADDRESS }],
    startTime: pod.status?.startTime ?? time,
    ...(pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    ...(initContainers.length > 0 ? { initContainerStatuses: initContainers.map(statusOf) } : {}),
    containerStatuses: containers.map(statusOf),
  };
}

function phaseOf(
  pod: Pod,
  initContainers: readonly ContainerRecord[],
  containers: readonly ContainerRecord[],
  initialized: boolean,
  ended: boolean,
): NonNullable<PodStatus["phase"]> {
  const policy = pod.spec?.restartPolicy ?? "Always";
  const initFailed = initContainers.some(
    ({ spec, state }) => !isSidecar(spec) && state.terminated && state.terminated.exitCode !== 0,
  );
  if (policy === "Never" && initFailed) return "Failed";
  const stopped = containers.filter(({ state, lastState }) => state.terminated ?? lastState?.terminated);
  const running = containers.filter(({ state }) => state.running);
  const allGood = stopped.length > 0 && stopped.every((one) => lastEnd(one)?.exitCode === 0);
  if (ended) return allGood && stopped.length === containers.length ? "Succeeded" : "Failed";
  if (!initialized) return "Pending";
  if (running.length + stopped.filter((one) => !running.includes(one)).length < containers.length) return "Pending";
  if (running.length > 0) return "Running";
  if (policy === "Always") return "Running";
  if (initContainers.some(({ spec, state }) => isSidecar(spec) && state.running)) return "Running";
  if (allGood) return "Succeeded";
  return policy === "Never" ? "Failed" : "Running";
}

function lastEnd({ state, lastState }: ContainerRecord): ContainerState["terminated"] {
  return state.terminated ?? lastState?.terminated;
}

function readinessReason(
  phase: PodStatus["phase"],
  unready: readonly string[],
): { readonly reason: string; readonly message?: string } | undefined {
  if (phase === "Succeeded") return { reason: "PodCompleted" };
  if (phase === "Failed") return { reason: "PodFailed" };
  if (unready.length === 0) return undefined;
  return { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
}

function statusOf(record: ContainerRecord): ContainerStatus {
  return {
    name: record.spec.name,
    state: record.state,
    lastState: record.lastState ?? {},
    ready: record.ready,
    restartCount: record.restartCount,
    image: record.spec.image ?? "",
    imageID: record.imageID,
    ...(record.containerID === undefined ? {} : { containerID: record.containerID }),
    started: record.started,
  };
}

/**
 * A container record for a pod that this agent has not seen yet. A pod with a past (the cluster was restarted) keeps its count of restarts; what was running
 * then is gone.
 */
export function recoveredContainer(
  spec: Container,
  known: ContainerStatus | undefined,
  now: number,
  reason: "ContainerCreating" | "PodInitializing",
): ContainerRecord {
  const record: ContainerRecord = {
    spec,
    restartCount: known?.restartCount ?? 0,
    ready: false,
    started: false,
    state: { waiting: { reason } },
    lastState: ended(known?.lastState),
    imageID: known?.imageID ?? "",
    containerID: known?.containerID,
  };
  if (known?.state?.terminated) {
    record.state = known.state;
  } else if (known?.state?.running) {
    const { startedAt } = known.state.running;
    const finishedAt = timestamp(now);
    // As the kubelet reports containers that went with their node.
    const terminated = {
      exitCode: 255,
      reason: "Unknown",
      ...(startedAt === undefined ? {} : { startedAt }),
      finishedAt,
      ...(known.containerID === undefined ? {} : { containerID: known.containerID }),
    };
    record.lastState = { terminated };
    record.restartCount++;
  } else if (record.lastState) {
    record.restartCount++;
  }
  return record;
}

function ended(state: ContainerState | undefined): ContainerState | undefined {
  return state?.terminated ? state : undefined;
}
