import type { Cause } from "@fairway/diagnosis";
import { releaseLabel, slotLabel } from "@fairway/manifests";
import { isPod, type KubernetesObject } from "@fairway/objects";
import { isReady } from "../cluster/progress.ts";
import type { JournalRecord, Observation, RolloutHeader } from "../ports.ts";
import type { Progress } from "./facts.ts";
import { fold } from "./fold.ts";
import { type Phase, type PrepareFinding, phases, type RolloutEvent } from "./rollout-event.ts";
import type { ClusterState, PhaseState, RolloutState } from "./rollout-state.ts";

/** The newest that an engine knows of a cluster beyond the journal. */
export interface LiveCluster {
  readonly observation?: Observation;
  readonly progress?: Progress;
  readonly reachable: boolean;
}

export interface PodView {
  readonly name: string;
  readonly slot: string;
  readonly release: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Waiting or terminated reason. */
  readonly reason?: string;
  /** RFC 3339. */
  readonly startedAt?: string;
}

export interface ClusterView {
  readonly name: string;
  readonly phases: Readonly<Record<string, PhaseState>>;
  readonly restore?: PhaseState;
  readonly desired: number;
  readonly ready: number;
  readonly pods: readonly PodView[];
  readonly suspect?: Cause;
  readonly converged: boolean;
  readonly reachable: boolean;
}

/** A rollout as people see it: plain data, the same for CLI, API and dashboard. */
export interface RolloutView {
  readonly number: number;
  readonly kind: RolloutHeader["kind"];
  readonly service: string;
  readonly environment: string;
  readonly from?: string;
  readonly to?: string;
  readonly strategy: RolloutHeader["strategy"];
  readonly status: "queued" | "running" | "restoring" | "succeeded" | "failed" | "refused";
  readonly phase?: Phase;
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly endedAt?: string;
  readonly reason?: string;
  readonly clusters: readonly ClusterView[];
  readonly causes: readonly Cause[];
  readonly findings: readonly PrepareFinding[];
  readonly sequence: number;
}

/**
 * The view of a rollout from its journal, with live data where an engine has it. Pure. Without live data the counts are
 * those that the journal last told.
 *
 * @param live By cluster name.
 */
export function view(
  header: RolloutHeader,
  records: readonly JournalRecord<RolloutEvent>[],
  live: Readonly<Record<string, LiveCluster>> = {},
): RolloutView {
  const state = fold(header, records);
  const { number, kind, service, environment, strategy, actor, createdAt } = header;
  const from = state.begun === undefined ? header.from : state.begun.from?.release;
  const reason = state.end?.reason ?? state.abort?.reason;
  return {
    number,
    kind,
    service,
    environment,
    ...(from === undefined ? {} : { from }),
    ...(header.to === undefined ? {} : { to: header.to }),
    strategy,
    status: statusOf(state),
    ...(state.phase === undefined ? {} : { phase: state.phase }),
    actor,
    createdAt,
    ...(state.end === undefined ? {} : { endedAt: state.end.at }),
    ...(reason === undefined ? {} : { reason }),
    clusters: Object.entries(state.clusters).map(([name, cluster]) => clusterView(state, name, cluster, live[name])),
    causes: state.abort?.causes ?? [],
    findings: [...state.warnings, ...(state.end?.findings ?? [])],
    sequence: state.sequence,
  };
}

/** Where a rollout stands, in one word. */
export function statusOf(state: RolloutState): RolloutView["status"] {
  if (state.end !== undefined) return state.end.status;
  if (state.decision === "restore") return "restoring";
  return state.begun === undefined ? "queued" : "running";
}

function clusterView(
  state: RolloutState,
  name: string,
  cluster: ClusterState,
  live: LiveCluster | undefined,
): ClusterView {
  const counted = countsOf(cluster);
  const progress = live?.progress;
  const ended = state.end !== undefined;
  const phase = state.phase;
  const current = phase === undefined ? undefined : cluster.phases[phase];
  const shown: Readonly<Partial<Record<Phase, PhaseState>>> =
    phase !== undefined && current?.status === "running" && progress !== undefined && state.decision === undefined
      ? { ...cluster.phases, [phase]: { ...current, detail: progress.detail } }
      : cluster.phases;
  const restore =
    cluster.restore?.status === "running" && progress !== undefined
      ? { ...cluster.restore, detail: progress.detail }
      : cluster.restore;
  const suspect = progress === undefined ? cluster.suspect : progress.causes[0];
  return {
    name,
    phases: Object.fromEntries(phases.map((one) => [one, shown[one] ?? absent(state, one)])),
    ...(restore === undefined ? {} : { restore }),
    desired: progress?.desired ?? counted.desired,
    ready: progress?.ready ?? counted.ready,
    pods: (live?.observation?.objects ?? []).flatMap(podView),
    ...(suspect === undefined || ended ? {} : { suspect }),
    converged: cluster.converged,
    reachable: live?.reachable ?? cluster.behind === undefined,
  };
}

/** A phase that has not begun, or that this rollout has no use for. */
function absent(state: RolloutState, phase: Phase): PhaseState {
  const reached = phases.indexOf(state.phase ?? "prepare");
  const over = state.end !== undefined || state.decision === "restore" || phases.indexOf(phase) < reached;
  return { status: over || phase === "db" ? "skipped" : "waiting" };
}

function countsOf(cluster: ClusterState): { readonly desired: number; readonly ready: number } {
  const detail = cluster.restore?.detail ?? cluster.phases.app?.detail ?? "";
  const match = /^(\d+)\/(\d+)$/.exec(detail);
  return { ready: Number(match?.[1] ?? 0), desired: Number(match?.[2] ?? 0) };
}

function podView(object: KubernetesObject): readonly PodView[] {
  if (!isPod(object)) return [];
  const { metadata, status } = object;
  const containers = status?.containerStatuses ?? [];
  const state = containers.find((one) => !one.ready)?.state;
  const reason =
    metadata.deletionTimestamp === undefined
      ? (state?.waiting?.reason ?? state?.terminated?.reason ?? status?.reason)
      : "Terminating";
  return [
    {
      name: metadata.name,
      slot: metadata.labels?.[slotLabel] ?? "",
      release: metadata.labels?.[releaseLabel] ?? "",
      phase: status?.phase ?? "Pending",
      ready: isReady(object),
      restarts: containers.reduce((sum, one) => sum + one.restartCount, 0),
      ...(reason === undefined ? {} : { reason }),
      ...(status?.startTime === undefined ? {} : { startedAt: status.startTime }),
    },
  ];
}
