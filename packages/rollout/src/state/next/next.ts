import type { Plan } from "../../plan/plan.ts";
import type { Stage } from "../../plan/stages.ts";
import { answer } from "../answer.ts";
import type { RolloutEvent, Wave } from "../rollout-event.ts";
import type { RolloutState } from "../rollout-state.ts";
import { abortWanted } from "./abort.ts";
import { balancing } from "./balancing.ts";
import { cleanup } from "./cleanup.ts";
import { converge } from "./converge.ts";
import { end } from "./end.ts";
import { failed } from "./failures.ts";
import { forward } from "./forward.ts";
import { leaveLost } from "./leave-lost.ts";
import { prepare } from "./prepare.ts";
import { restore } from "./restore.ts";
import { type Action, append, type Situation } from "./situation.ts";
import { keepWatching } from "./watching.ts";

/**
 * What to do now. Pure. At most one journal entry is asked for at a time, and then nothing else: whatever follows from
 * it is decided when it is written. Everything asked for may be asked for again.
 */
export function next(situation: Situation): readonly Action[] {
  const { state } = situation;
  if (state.closed) return [];
  const answered = answerNext(situation);
  if (answered !== undefined) return append(answered);
  if (state.end !== undefined) return converge(situation);
  const lost = leaveLost(situation);
  if (lost.some((action) => "event" in action)) return lost;
  return [...(state.decision === "restore" ? restore(situation) : advance(situation)), ...lost].toSorted(entriesFirst);
}

function answerNext({ state, plan, commands }: Situation): RolloutEvent | undefined {
  const asked = commands.find(({ id }) => !state.answered.has(id));
  if (asked === undefined) return undefined;
  const { id, actor, command } = asked;
  return { type: "answered", id, actor, command, ...answer(state, plan, command) };
}

function entriesFirst(a: Action, b: Action): number {
  return Number("event" in b) - Number("event" in a);
}

function advance(situation: Situation): readonly Action[] {
  const { state, plan } = situation;
  if (state.abortWanted !== undefined && state.decision === undefined) return abortWanted(situation, state.abortWanted);
  const stage = stageOf(plan, state);
  if (stage === undefined) return append({ type: "phase", phase: "prepare" });
  const open = openClusters(situation, stage);
  if (open.length > 0) {
    switch (stage.phase) {
      case "prepare":
        return prepare(situation, open);
      case "cleanup":
        return cleanup(situation, open);
      case "balancing":
        return balancing(situation, open);
      default:
        return forward(situation, stage.phase, open);
    }
  }
  const following = plan.stages[plan.stages.indexOf(stage) + 1];
  if (following === undefined) return end(situation, "succeeded");
  // Holding the way forward; what is under way, and the way back, go on.
  if (state.paused !== undefined) return watchAll(situation);
  if (bakes(situation, stage, following)) return bake(situation, stage);
  if (following.phase === "cleanup" && state.decision === undefined) return append({ type: "committed" });
  return append({ type: "phase", phase: following.phase, ...waveOf(plan, following) });
}

/** Where the journal says that the rollout is. */
function stageOf(plan: Plan, { phase, wave, decision }: RolloutState): Stage | undefined {
  if (phase === undefined) return undefined;
  // The decision stands behind the last stage before `cleanup`.
  if (decision === "commit" && phase === "balancing") return plan.stages.at(-2);
  // Rollouts that began before there were waves name none.
  return (
    plan.stages.find((stage) => stage.phase === phase && stage.wave === wave) ??
    plan.stages.find((stage) => stage.phase === phase)
  );
}

function waveOf(plan: Plan, { wave }: Stage): { readonly wave?: Wave } {
  const clusters = wave === undefined ? undefined : plan.waves[wave];
  return wave === undefined || clusters === undefined ? {} : { wave: { index: wave, clusters } };
}

/** Clusters that have neither passed the stage nor were left behind. */
function openClusters({ state, plan }: Situation, { phase, wave }: Stage): readonly string[] {
  if (state.decision === "commit" && phase !== "cleanup") return [];
  const all = wave === undefined ? plan.waves.flat() : (plan.waves[wave] ?? []);
  const concerned = phase === "db" ? all.filter((name) => name === plan.migration?.cluster) : all;
  return concerned.filter((name) => {
    const cluster = state.clusters[name];
    const isLeaving = plan.clusters[name]?.leaving === true && phase !== "prepare" && phase !== "cleanup";
    return cluster?.phases[phase]?.status !== "done" && cluster?.behind === undefined && !isLeaving;
  });
}

/** Whether the wave that has just passed is looked at before the next one. */
function bakes({ plan }: Situation, stage: Stage, following: Stage): boolean {
  return plan.bake > 0 && stage.wave !== undefined && following.wave !== undefined && following.wave !== stage.wave;
}

function bake(situation: Situation, { wave = 0 }: Stage): readonly Action[] {
  const { state, plan, now } = situation;
  if (state.bake === undefined) return append({ type: "bake", wave });
  const following = plan.stages.find((stage) => stage.wave === wave + 1);
  const over = state.bake.promoted || now - state.bake.since >= plan.bake;
  if (over && following !== undefined)
    return append({ type: "phase", phase: following.phase, ...waveOf(plan, following) });
  return lookedAt(situation, wave);
}

/** Nothing to decide but whether what has the new release keeps well. */
function lookedAt(situation: Situation, wave: number): readonly Action[] {
  const { plan, state } = situation;
  const names = plan.waves
    .slice(0, wave + 1)
    .flat()
    .filter((name) => state.clusters[name]?.behind === undefined && plan.clusters[name]?.leaving !== true);
  const phase = state.phase ?? "app";
  return failed(situation, phase, names) ?? names.flatMap((name) => keepWatching(situation, name));
}

function watchAll(situation: Situation): readonly Action[] {
  const { plan, state } = situation;
  return state.phase === "app" || state.phase === "balancing"
    ? lookedAt(situation, state.wave ?? plan.waves.length - 1)
    : [];
}
