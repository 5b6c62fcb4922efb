import type { RolloutDetail } from "@fairway/api";
import { type Appearance, type PhaseInCluster, phaseAppearance } from "../elements/states.ts";

export type Phase = NonNullable<RolloutDetail["phase"]>;
export type ClusterOfRollout = RolloutDetail["clusters"][number];

const order: readonly Phase[] = ["prepare", "init", "db", "app", "balancing", "cleanup"];

/** What each phase does, for those who see it for the first time. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  prepare: "Reach every cluster, check rights, try without changing anything",
  init: "Namespace, access, configuration",
  db: "Migrations, once per environment",
  app: "New pods, until they are ready everywhere; then the one decision",
  balancing: "Traffic goes to the new release",
  cleanup: "What is no longer needed goes",
};

const waiting: PhaseInCluster = { status: "waiting" };

const hasWork = (phase: PhaseInCluster | undefined) => phase !== undefined && phase.status !== "skipped";

/** The columns: every phase but db, which only stands where a service has migrations. */
export function phasesOf(rollout: RolloutDetail): readonly Phase[] {
  return order.filter((phase) => phase !== "db" || rollout.clusters.some(({ phases }) => hasWork(phases.db)));
}

export function phaseOf(cluster: ClusterOfRollout, phase: Phase): PhaseInCluster {
  return cluster.phases[phase] ?? waiting;
}

const counted = /^(\d+)\/(\d+)$/;

const stopped: Appearance = { word: "Stopped", shape: "dash", tone: "idle" };
const notReached: Appearance = { word: "Not reached", shape: "dash", tone: "idle" };

/** What a cell says. A phase may be stopped halfway because another cluster failed in it. */
export function cellAppearance(cluster: ClusterOfRollout, phase: Phase, ended: boolean): Appearance {
  const { status, startedAt } = phaseOf(cluster, phase);
  if (status === "skipped" && startedAt !== undefined) return stopped;
  return status === "waiting" && ended ? notReached : phaseAppearance[status];
}

/** How full a cell is, 0 to 1. app counts pods, balancing shares of requests; others are half done until they are done. */
export function fillOf(cluster: ClusterOfRollout, phase: Phase): number {
  const { status, detail } = phaseOf(cluster, phase);
  if (status === "done") return 1;
  // How far it was when it stopped; the pods that are counted now are of another release.
  const [, had, wanted] = counted.exec(detail ?? "") ?? [];
  if (status !== "running" && had !== undefined && Number(wanted) > 0) return Math.min(1, Number(had) / Number(wanted));
  if (status === "waiting" || status === "skipped") return 0;
  if (phase === "balancing" && status === "running" && cluster.traffic !== undefined)
    return cluster.traffic.weight / 100;
  if (phase === "app") return cluster.desired === 0 ? 0.5 : Math.min(1, cluster.ready / cluster.desired);
  return status === "failed" ? 1 : 0.5;
}

/** What stands in a cell: in app pods that are ready of those wanted, in balancing the share, else the word of its status. */
export function cellWords(cluster: ClusterOfRollout, phase: Phase, word: string): string {
  if (phase === "app") return readyWords(cluster, word);
  const isShifting = phase === "balancing" && phaseOf(cluster, phase).status === "running";
  return isShifting && cluster.traffic !== undefined ? `${cluster.traffic.weight} %` : word;
}

function readyWords(cluster: ClusterOfRollout, word: string): string {
  const { status, detail } = phaseOf(cluster, "app");
  if (detail !== undefined && counted.test(detail)) return detail;
  return status === "running" ? `${cluster.ready}/${cluster.desired}` : word;
}

/** What app is waiting for, in words, where it says more than a count. */
export function doingNow(cluster: ClusterOfRollout): string | undefined {
  const { status, detail } = phaseOf(cluster, "app");
  return status === "running" && detail !== undefined && !counted.test(detail) ? detail : undefined;
}

/** The phase that a cluster's trouble belongs to: the one that failed, else the one under way. */
export function troubledPhase(cluster: ClusterOfRollout, phases: readonly Phase[]): Phase | undefined {
  return (
    phases.find((phase) => phaseOf(cluster, phase).status === "failed") ??
    phases.find((phase) => phaseOf(cluster, phase).status === "running")
  );
}

/** One sentence of how it stands, spoken by screen readers when it changes. */
export function spokenStatus(rollout: RolloutDetail): string {
  const clusters = rollout.clusters
    .map(({ name, ready, desired }) => `${name} ${ready} of ${desired} ready`)
    .join(", ");
  const phase = rollout.phase === undefined || rollout.endedAt !== undefined ? "" : `, phase ${rollout.phase}`;
  return `Rollout ${rollout.number} of ${rollout.service}: ${rollout.status}${phase}. ${clusters}.${rollout.reason === undefined ? "" : ` ${rollout.reason}`}`;
}
