import type { JournalRecord, RolloutHeader } from "../ports.ts";
import type { Phase, RolloutEvent } from "./rollout-event.ts";
import type { ClusterState, GateState, Passage, PhaseState, RolloutState } from "./rollout-state.ts";

/** The state of a rollout from its journal; the same records give the same state. Pure. */
export function fold(header: RolloutHeader, records: readonly JournalRecord<RolloutEvent>[]): RolloutState {
  const start: RolloutState = {
    header,
    sequence: 0,
    since: Date.parse(header.createdAt),
    clusters: {},
    passages: [],
    passed: [],
    baked: [],
    warnings: [],
    answered: new Set(),
    commands: [],
    closed: false,
  };
  return records.reduce(foldNext, start);
}

/** The state after one more entry. */
export function foldNext(
  before: RolloutState,
  { sequence, epoch, at, body }: JournalRecord<RolloutEvent>,
): RolloutState {
  const state: RolloutState = { ...before, sequence };
  switch (body.type) {
    case "begun": {
      const { namespace, clusters, from, target, lost = [], routers = {}, outline } = body;
      const unseen = (name: string): ClusterState => ({
        phases: {},
        converged: false,
        ...(lost.includes(name) ? { lost: { by: "" } } : {}),
      });
      return {
        ...state,
        begun: { namespace, clusters, from, target, routers, outline },
        clusters: Object.fromEntries(clusters.map((name) => [name, unseen(name)])),
      };
    }
    case "phase": {
      const { wave: _, ...rest } = settled(state, at);
      const { wave } = body;
      return {
        ...each(rest, (cluster, name) =>
          isConcerned(state, body, name, cluster)
            ? phased(cluster, body.phase, { status: "running", startedAt: at })
            : cluster,
        ),
        phase: body.phase,
        ...(wave === undefined ? {} : { wave: wave.index }),
        passages: passing(state, at, { phase: body.phase, ...(wave === undefined ? {} : { wave: wave.index }) }),
        since: Date.parse(at),
      };
    }
    case "done": {
      const warned =
        body.warnings === undefined ? state : { ...state, warnings: [...state.warnings, ...body.warnings] };
      return each(warned, (cluster, name) => {
        const detail = body.clusters[name];
        if (detail === undefined) return cluster;
        const { suspect: _, ...settled } = cluster;
        const own = body.phase === "init" ? { ...settled, epoch } : settled;
        return phased(own, body.phase, {
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
    case "migration": {
      const { type: _, ...migration } = body;
      return { ...state, migration };
    }
    case "step":
      return {
        ...settled(state, at),
        since: Date.parse(at),
        step: { ...fresh(at), index: body.step, weight: body.weight, status: "shifting" },
      };
    case "shifted": {
      const shifted = each(state, (cluster, name) => {
        const detail = body.clusters[name];
        if (detail === undefined) return cluster;
        const taken = state.step === undefined ? {} : { share: { weight: state.step.weight, detail } };
        return { ...phased(cluster, "balancing", running(cluster.phases.balancing, detail)), ...taken };
      });
      const since = Date.parse(at);
      return state.step === undefined
        ? shifted
        : { ...shifted, since, step: { ...state.step, status: "holding", since } };
    }
    case "analysis":
      return measured(state, body, at);
    case "bake":
      return {
        ...state,
        since: Date.parse(at),
        bake: { ...fresh(at), wave: body.wave },
      };
    case "answered":
      return answered(state, body, at);
    case "abort":
      return {
        ...each(withoutPause(state), (cluster, name) => {
          const current = cluster.phases[body.phase];
          const failed = body.failed[name];
          const detail = body.reached?.[name] ?? failed;
          const { suspect: _, suspectAt: __, ...rest } = cluster;
          const stopped: ClusterState =
            failed === undefined && (current === undefined || current.status === "done")
              ? rest
              : phased(rest, body.phase, {
                  ...current,
                  status: failed === undefined ? "skipped" : "failed",
                  endedAt: at,
                  ...(detail ? { detail } : {}),
                });
          return cluster.behind === undefined
            ? { ...stopped, restore: { status: "running", startedAt: at } }
            : { ...stopped, restore: { status: "waiting", startedAt: at, detail: cluster.behind.reason } };
        }),
        decision: "restore",
        decisionAt: Date.parse(at),
        passages: passing(state, at, { phase: "restore" }),
        since: Date.parse(at),
        abort: { phase: body.phase, causes: body.causes, reason: body.reason },
      };
    case "restored":
      return one(state, body.cluster, (cluster) => {
        const { suspect: _, share: __, ...back } = cluster;
        return {
          ...back,
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
      return one(state, body.cluster, (cluster) => leftBehind(state, cluster, body, at));
    case "committed":
      return {
        ...each(state, (cluster) =>
          cluster.behind === undefined
            ? {
                ...phased(cluster, "balancing", {
                  startedAt: at,
                  ...cluster.phases.balancing,
                  status: "done",
                  endedAt: at,
                }),
                converged: state.begun?.target !== undefined,
              }
            : cluster,
        ),
        phase: "balancing",
        since: Date.parse(at),
        decision: "commit",
        decisionAt: Date.parse(at),
      };
    case "ended": {
      const { status, reason, findings, converging } = body;
      const ended = each(state, (cluster, name) => endedCluster(cluster, name, at, body));
      return { ...ended, passages: passing(state, at), end: { status, reason, findings, converging, at } };
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

function fresh(at: string): GateState {
  return { since: Date.parse(at), promoted: false, analysisSkipped: false, measured: [] };
}

function measured(state: RolloutState, event: Extract<RolloutEvent, { type: "analysis" }>, at: string): RolloutState {
  const { step, bake } = state;
  const value = { at: Date.parse(at), values: event.values };
  if ("bake" in event) {
    return bake?.wave === event.bake ? { ...state, bake: { ...bake, measured: [...bake.measured, value] } } : state;
  }
  return step?.index === event.step ? { ...state, step: { ...step, measured: [...step.measured, value] } } : state;
}

/** What a command does to the state, once it was accepted. */
function answered(
  before: RolloutState,
  { type: _, ...body }: Extract<RolloutEvent, { type: "answered" }>,
  when: string,
): RolloutState {
  const state: RolloutState = {
    ...before,
    answered: new Set([...before.answered, body.id]),
    commands: [...before.commands, { ...body, at: when }],
  };
  if (!body.accepted) return state;
  const { command, actor } = body;
  const at = Date.parse(when);
  switch (command.type) {
    case "pause":
      return { ...state, paused: { by: actor, at } };
    case "resume": {
      const { paused, ...rest } = state;
      return paused === undefined ? state : later(rest, paused.at, at);
    }
    case "promote":
      return {
        ...state,
        ...(state.step === undefined ? {} : { step: { ...state.step, promoted: true } }),
        ...(state.bake === undefined ? {} : { bake: { ...state.bake, promoted: true } }),
      };
    case "skip-analysis":
      if (state.bake !== undefined) return { ...state, bake: { ...state.bake, analysisSkipped: true } };
      return state.step === undefined ? state : { ...state, step: { ...state.step, analysisSkipped: true } };
    case "abort":
      return { ...withoutPause(state), abortWanted: { by: actor, supersededBy: command.supersededBy } };
    case "lose":
      return one(state, command.cluster, (cluster) => ({ ...cluster, lost: { by: actor } }));
  }
}

function withoutPause(state: RolloutState): RolloutState {
  const { paused: _, ...rest } = state;
  return rest;
}

/** What was waited for goes on waiting for as long as it would have without the pause; what began in it begins with its end. */
function later(state: RolloutState, pausedAt: number, resumedAt: number): RolloutState {
  const { step, bake } = state;
  const moved = (since: number): number => since + (resumedAt - Math.max(pausedAt, since));
  return {
    ...state,
    resumedAt,
    since: moved(state.since),
    ...(step === undefined ? {} : { step: { ...step, since: moved(step.since) } }),
    ...(bake === undefined ? {} : { bake: { ...bake, since: moved(bake.since) } }),
  };
}

/** The step and the bake that go on until now are over. */
function settled(state: RolloutState, at: string): RolloutState {
  const { step, bake, wave = 0, ...rest } = state;
  const endedAt = Date.parse(at);
  return {
    ...rest,
    ...(state.wave === undefined ? {} : { wave }),
    passed: step === undefined ? state.passed : [...state.passed, { ...step, wave, endedAt }],
    baked: bake === undefined ? state.baked : [...state.baked, { ...bake, endedAt }],
  };
}

/** Ends the passage that goes on, and begins another one. */
function passing(state: RolloutState, at: string, following?: Omit<Passage, "startedAt">): readonly Passage[] {
  const before = state.passages.map((one) => (one.endedAt === undefined ? { ...one, endedAt: at } : one));
  return following === undefined ? before : [...before, { ...following, startedAt: at }];
}

/** Whether a phase is about this cluster. Rollouts that began before there were waves have no outline. */
function isConcerned(
  { begun }: RolloutState,
  { phase, wave }: Extract<RolloutEvent, { type: "phase" }>,
  name: string,
  { behind }: ClusterState,
): boolean {
  if (behind !== undefined || (wave !== undefined && !wave.clusters.includes(name))) return false;
  const outline = begun?.outline;
  if (phase === "db" && outline?.migration !== undefined) return outline.migration === name;
  return phase === "prepare" || phase === "cleanup" || !outline?.leaving.includes(name);
}

function leftBehind(
  { decision, phase }: RolloutState,
  cluster: ClusterState,
  { reason, drained }: Extract<RolloutEvent, { type: "behind" }>,
  at: string,
): ClusterState {
  const { suspect: _, ...rest } = cluster;
  const left: ClusterState = { ...rest, behind: { reason, drained } };
  if (decision === "restore") return { ...left, restore: { ...cluster.restore, status: "waiting", detail: reason } };
  const current = phase === undefined ? undefined : cluster.phases[phase];
  const stopped =
    phase === undefined || phase === "cleanup" || current?.status !== "running"
      ? left
      : phased(left, phase, { ...current, status: "skipped", endedAt: at });
  return phased(stopped, "cleanup", { ...cluster.phases.cleanup, status: "waiting", detail: reason });
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
