import type { Cause } from "@fairway/diagnosis";
import type { JournalRecord, RolloutHeader, StoredCommand } from "../../ports.ts";
import { type Offer, offers } from "../answer.ts";
import { fold } from "../fold.ts";
import type { Phase, PrepareFinding, RolloutEvent } from "../rollout-event.ts";
import type { AnsweredCommand, Passage, RolloutState } from "../rollout-state.ts";
import { type AnalysisView, analysisView } from "./analysis-view.ts";
import { type ClusterView, clusterView, type LiveCluster } from "./cluster-view.ts";
import { type MigrationView, migrationView } from "./migration-view.ts";
import { type StepView, stepsView } from "./steps-view.ts";
import { waitingFor } from "./waiting-for.ts";
import { type WaveView, wavesView } from "./waves-view.ts";

/** A command; without an answer while whoever drives has not seen it. */
export type CommandView = Omit<AnsweredCommand, "accepted"> & { readonly accepted?: boolean };

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
  readonly waves: readonly WaveView[];
  /** Of all waves, in order; empty where pods are replaced in place. */
  readonly steps: readonly StepView[];
  /** Absent where nothing is measured. */
  readonly analysis?: AnalysisView;
  readonly migration?: MigrationView;
  /** `at`: RFC 3339. */
  readonly paused?: { readonly by: string; readonly at: string };
  /** The rollout that takes its place. */
  readonly supersededBy?: number;
  /** What it waits for now, in one line. */
  readonly waitsFor?: string;
  /** Commands that it got, with their answers; one that waits for its answer has none. */
  readonly commands: readonly CommandView[];
  /** What could be asked of it, with the answer that it would give now. */
  readonly offers: readonly Offer[];
  /** Phases as they were passed, with their times. */
  readonly timeline: readonly Passage[];
  readonly sequence: number;
}

/**
 * The view of a rollout from its journal, with live data where an engine has it. Pure. Without live data the counts are
 * those that the journal last told.
 *
 * @param live By cluster name.
 * @param asked Commands as they were stored; those without an answer are shown as such.
 */
export function view(
  header: RolloutHeader,
  records: readonly JournalRecord<RolloutEvent>[],
  live: Readonly<Record<string, LiveCluster>> = {},
  asked: readonly StoredCommand[] = [],
): RolloutView {
  const state = fold(header, records);
  const status = statusOf(state);
  const analysis = analysisView(state);
  const migration = migrationView(state, live);
  const waitsFor = waitingFor(state, live);
  const supersededBy = state.abortWanted?.supersededBy;
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
    status,
    ...(state.phase === undefined ? {} : { phase: state.phase }),
    actor,
    createdAt,
    ...(state.end === undefined ? {} : { endedAt: state.end.at }),
    ...(reason === undefined ? {} : { reason }),
    clusters: Object.entries(state.clusters).map(([name, cluster]) => clusterView(state, name, cluster, live[name])),
    causes: state.abort?.causes ?? [],
    findings: [...state.warnings, ...(state.end?.findings ?? [])],
    waves: wavesView(state),
    steps: stepsView(state),
    ...(analysis === undefined ? {} : { analysis }),
    ...(migration === undefined ? {} : { migration }),
    ...(state.paused === undefined
      ? {}
      : { paused: { by: state.paused.by, at: new Date(state.paused.at).toISOString() } }),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    commands: [
      ...state.commands,
      ...asked
        .filter(({ id }) => !state.answered.has(id))
        .map(({ id, actor, at, command }) => ({ id, actor, at, command })),
    ],
    offers: offers(state),
    timeline: state.passages,
    sequence: state.sequence,
  };
}

/** Where a rollout stands, in one word. */
export function statusOf(state: RolloutState): RolloutView["status"] {
  if (state.end !== undefined) return state.end.status;
  if (state.decision === "restore") return "restoring";
  return state.begun === undefined ? "queued" : "running";
}
