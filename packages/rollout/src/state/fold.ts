import type { JournalRecord, RolloutHeader } from "../ports.ts";
import type { Phase, RolloutEvent } from "./rollout-event.ts";
import type { ClusterState, PhaseState, RolloutState } from "./rollout-state.ts";

/** The state of a rollout from its journal; the same records give the same state. Pure. */
export function fold(header: RolloutHeader, records: readonly JournalRecord<RolloutEvent>[]): RolloutState {
  const since = Date.parse(header.createdAt);
  const start: RolloutState = { header, sequence: 0, since, clusters: {}, warnings: [], closed: false };
  return records.reduce(step, start);
}

function step(before: RolloutState, { sequence, at, body }: JournalRecord<RolloutEvent>): RolloutState {
  const state: RolloutState = { ...before, sequence };
  switch (body.type) {
    case "begun": {
      const { namespace, clusters, from, target } = body;
      const fresh: ClusterState = { phases: {}, converged: false };
      return {
        ...state,
        begun: { namespace, clusters, from, target },
        clusters: Object.fromEntries(clusters.map((name) => [name, fresh])),
      };
    }
    case "phase":
      return {
        ...each(state, (cluster) => phased(cluster, body.phase, { status: "running", startedAt: at })),
        phase: body.phase,
        since: Date.parse(at),
      };
    case "done": {
      const warned =
        body.warnings === undefined ? state : { ...state, warnings: [...state.warnings, ...body.warnings] };
      return each(warned, (cluster, name) => {
        const detail = body.clusters[name];
        if (detail === undefined) return cluster;
        const { suspect: _, ...settled } = cluster;
        return phased(settled, body.phase, {
          ...cluster.phases[body.phase],
          status: "done",
          endedAt: at,
          ...(detail === "" ? {} : { detail }),
        });
      });
    }
    case "suspect":
      return one(state, body.cluster, (cluster) => {
        const { suspect: _, ...rest } = cluster;
        const changed = { ...rest, ...(body.cause ? { suspect: body.cause } : {}), suspectAt: Date.parse(at) };
        if (state.decision === "restore") return { ...changed, restore: running(cluster.restore, body.detail) };
        return state.phase === undefined
          ? changed
          : phased(changed, state.phase, running(cluster.phases[state.phase], body.detail));
      });
    case "abort":
      return {
        ...each(state, (cluster, name) => {
          const current = cluster.phases[body.phase];
          const failed = body.failed[name];
          const detail = body.reached?.[name] ?? failed;
          const { suspect: _, suspectAt: __, ...rest } = cluster;
          const stopped: ClusterState =
            current?.status === "done"
              ? rest
              : phased(rest, body.phase, {
                  ...current,
                  status: failed === undefined ? "skipped" : "failed",
                  endedAt: at,
                  ...(detail ? { detail } : {}),
                });
          return { ...stopped, restore: { status: "running", startedAt: at } };
        }),
        decision: "restore",
        since: Date.parse(at),
        abort: { phase: body.phase, causes: body.causes, reason: body.reason },
      };
    case "restored":
      return one(state, body.cluster, (cluster) => {
        const { suspect: _, ...settled } = cluster;
        return {
          ...settled,
          converged: true,
          restore: {
            ...cluster.restore,
            status: body.healthy ? "done" : "failed",
            endedAt: at,
            ...(body.detail === "" ? {} : { detail: body.detail }),
          },
        };
      });
    case "behind":
      return one(state, body.cluster, (cluster) => ({
        ...cluster,
        behind: { reason: body.reason, drained: body.drained },
        ...(state.decision === "restore"
          ? { restore: { ...cluster.restore, status: "waiting" as const, detail: body.reason } }
          : phased(cluster, "cleanup", { ...cluster.phases.cleanup, status: "waiting", detail: body.reason })),
      }));
    case "committed":
      return {
        ...each(state, (cluster) => ({
          ...phased(cluster, "balancing", { status: "done", startedAt: at, endedAt: at }),
          converged: state.begun?.target !== undefined,
        })),
        phase: "balancing",
        since: Date.parse(at),
        decision: "commit",
      };
    case "ended": {
      const { status, reason, findings, converging } = body;
      const ended = each(state, (cluster, name) => endedCluster(cluster, name, at, body));
      return { ...ended, end: { status, reason, findings, converging, at } };
    }
    case "converged":
      return one(state, body.cluster, (cluster) => {
        const { behind: _, ...rest } = cluster;
        const done = { status: "done" as const, endedAt: at };
        return {
          ...rest,
          converged: true,
          ...(cluster.restore ? { restore: { startedAt: cluster.restore.startedAt ?? at, ...done } } : {}),
          ...(cluster.restore || !cluster.phases.cleanup
            ? {}
            : {
                phases: { ...cluster.phases, cleanup: { startedAt: cluster.phases.cleanup.startedAt ?? at, ...done } },
              }),
        };
      });
    case "closed":
      return { ...state, closed: true };
  }
}

type Ended = Extract<RolloutEvent, { type: "ended" }>;

/** A refused rollout ends in prepare, which failed where something was found; nothing was changed anywhere. */
function endedCluster(cluster: ClusterState, name: string, at: string, { status, findings }: Ended): ClusterState {
  if (status === "succeeded") return cluster.behind ? cluster : { ...cluster, converged: true };
  if (status === "failed") return cluster;
  const prepare = cluster.phases.prepare;
  const settled: ClusterState = { ...cluster, converged: true };
  if (prepare?.status !== "running") return settled;
  const own = findings.find((finding) => finding.cluster === name && finding.severity === undefined);
  const verdict: PhaseState = { ...prepare, status: own === undefined ? "done" : "failed", endedAt: at };
  return phased(settled, "prepare", own === undefined ? verdict : { ...verdict, detail: own.message });
}

function running(before: PhaseState | undefined, detail: string): PhaseState {
  const { detail: _, ...rest } = before ?? { status: "running" as const };
  return { ...rest, ...(detail === "" ? {} : { detail }) };
}

function phased(cluster: ClusterState, phase: Phase, state: PhaseState): ClusterState {
  return { ...cluster, phases: { ...cluster.phases, [phase]: state } };
}

function each(state: RolloutState, change: (cluster: ClusterState, name: string) => ClusterState): RolloutState {
  const clusters = Object.fromEntries(
    Object.entries(state.clusters).map(([name, cluster]) => [name, change(cluster, name)]),
  );
  return { ...state, clusters };
}

function one(state: RolloutState, name: string, change: (cluster: ClusterState) => ClusterState): RolloutState {
  const cluster = state.clusters[name];
  return cluster === undefined ? state : { ...state, clusters: { ...state.clusters, [name]: change(cluster) } };
}
