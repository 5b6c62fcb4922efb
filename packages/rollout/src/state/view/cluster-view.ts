import type { Cause } from "@fairway/diagnosis";
import { releaseLabel, slotLabel } from "@fairway/manifests";
import { isPod, isReady, type KubernetesObject } from "@fairway/objects";
import type { Observation } from "../../ports.ts";
import type { RouterName } from "../../traffic/router.ts";
import type { Progress } from "../facts.ts";
import { type Phase, phases } from "../rollout-event.ts";
import type { ClusterState, PhaseState, RolloutState } from "../rollout-state.ts";
import { waveOf } from "./waves-view.ts";

/** The newest that an engine knows of a cluster beyond the journal. */
export interface LiveCluster {
  readonly observation?: Observation;
  readonly progress?: Progress;
  /** What routers say of the share that they were told. */
  readonly shift?: { readonly detail: string };
  /** Last lines of the migration's log, oldest first. */
  readonly migrationLog?: readonly string[];
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
  /** What shares requests out there, where both releases stand side by side. */
  readonly router?: RouterName;
  /** Percent of the requests that the new release gets there, and what the router says of it. */
  readonly traffic?: { readonly weight: number; readonly detail: string };
  /** Declared lost; empty: before the rollout began. */
  readonly lost?: { readonly by: string };
  /** The rollout goes on, or went on, without it. */
  readonly behind?: { readonly reason: string; readonly drained: boolean };
  /** The service leaves this cluster. */
  readonly leaving: boolean;
}

/** One cluster of a rollout, with live data where there is some. */
export function clusterView(
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
  const now = presentProgress(live);
  const shown: Readonly<Partial<Record<Phase, PhaseState>>> =
    phase !== undefined && current?.status === "running" && now !== undefined && state.decision === undefined
      ? { ...cluster.phases, [phase]: { ...current, detail: now.detail } }
      : cluster.phases;
  const restore =
    cluster.restore?.status === "running" && now !== undefined
      ? { ...cluster.restore, detail: now.detail }
      : cluster.restore;
  const suspect = now === undefined ? cluster.suspect : now.causes[0];
  const router = state.begun?.routers[name];
  const traffic = router === undefined ? undefined : trafficOf(state, name, cluster, live);
  return {
    name,
    phases: Object.fromEntries(phases.map((one) => [one, shown[one] ?? absent(state, name, one)])),
    ...(restore === undefined ? {} : { restore }),
    desired: progress?.desired ?? counted.desired,
    ready: progress?.ready ?? counted.ready,
    pods: (live?.observation?.objects ?? []).flatMap(podView),
    ...(suspect === undefined || ended ? {} : { suspect }),
    converged: cluster.converged,
    reachable: live?.reachable ?? cluster.behind === undefined,
    ...(router === undefined ? {} : { router }),
    ...(traffic === undefined ? {} : { traffic }),
    ...(cluster.lost === undefined ? {} : { lost: cluster.lost }),
    ...(cluster.behind === undefined ? {} : { behind: cluster.behind }),
    leaving: state.begun?.outline?.leaving.includes(name) ?? false,
  };
}

/** How it was before the cluster fell silent is not how it is. */
export function presentProgress(live: LiveCluster | undefined): Progress | undefined {
  return live?.reachable === false ? undefined : live?.progress;
}

/** What routers took last; while they are told another share, what they say of that. */
function trafficOf(
  state: RolloutState,
  name: string,
  { share, restore }: ClusterState,
  live: LiveCluster | undefined,
): ClusterView["traffic"] {
  const { outline } = state.begun ?? {};
  const isCurrent = outline === undefined || waveOf(outline, name) === (state.wave ?? 0);
  const isShifting = state.step?.status === "shifting" && isCurrent && state.decision === undefined;
  const weight = share?.weight ?? 0;
  if (isShifting && live?.shift !== undefined) return { weight, detail: live.shift.detail };
  if (share !== undefined) return share;
  return { weight, detail: restore?.status === "done" ? "all to the former release" : "" };
}

/** A phase that has not begun here, or that this rollout has no use for. */
function absent(state: RolloutState, name: string, phase: Phase): PhaseState {
  const { outline } = state.begun ?? {};
  const reached = phases.indexOf(state.phase ?? "prepare");
  const isYetToCome = outline !== undefined && state.wave !== undefined && waveOf(outline, name) > state.wave;
  const isPassed = phases.indexOf(phase) < reached && !(isYetToCome && (phase === "app" || phase === "balancing"));
  const isUnused = phase === "db" && outline?.migration !== name;
  const over = state.end !== undefined || state.decision === "restore" || isPassed;
  return { status: over || isUnused ? "skipped" : "waiting" };
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
