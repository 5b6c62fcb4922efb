import { outlineOf } from "../../plan/outline-of.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Stage } from "../../plan/stages.ts";
import { answer } from "../answer.ts";
import type { RolloutEvent, Wave } from "../rollout-event.ts";
import type { RolloutState } from "../rollout-state.ts";
import { abortWanted } from "./abort.ts";
import { bake } from "./bake.ts";
import { balancing } from "./balancing.ts";
import { cleanup } from "./cleanup.ts";
import { converge } from "./converge.ts";
import { end } from "./end.ts";
import { failed } from "./failures.ts";
import { forward } from "./forward.ts";
import { leaveLost } from "./leave-lost.ts";
import { prepare } from "./prepare.ts";
import { restore } from "./restore.ts";
import { isWellEverywhere, servingClusters } from "./serving.ts";
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
  const actions = [...lost, ...(state.decision === "restore" ? restore(situation) : advance(situation))];
  const entry = actions.find((action) => "event" in action);
  if (entry === undefined) return actions;
  // A drain that is under way would outlive the rollout, and nobody would take it back.
  return entry.type === "end" && lost.length > 0 ? lost : [entry];
}

function answerNext({ state, plan, commands }: Situation): RolloutEvent | undefined {
  const asked = commands.find(({ id }) => !state.answered.has(id));
  if (asked === undefined) return undefined;
  const { id, actor, command } = asked;
  return { type: "answered", id, actor, command, ...answer(state, outlineOf(plan), command) };
}

function advance(situation: Situation): readonly Action[] {
  const { state, plan } = situation;
  if (state.abortWanted !== undefined && state.decision === undefined) return abortWanted(situation, state.abortWanted);
  const stage = stageOf(plan, state);
  if (stage === undefined) return append({ type: "phase", phase: "prepare" });
  const passed = passedClusters(situation, stage);
  const turned = failed(situation, stage.phase, passed);
  if (turned !== undefined) return turned;
  return [...inStage(situation, stage), ...passed.flatMap((name) => keepWatching(situation, name))];
}

function inStage(situation: Situation, stage: Stage): readonly Action[] {
  const { state, plan } = situation;
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
  const baking = bake(situation, stage, following);
  if (baking !== undefined) return baking;
  // Holding the way forward; what is under way, and the way back, go on.
  if (state.paused !== undefined) return [];
  if (following.phase === "cleanup" && state.decision === undefined) {
    return isWellEverywhere(situation, stage) ? append({ type: "committed" }) : [];
  }
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

/** Clusters that have the new release already, in this wave or before: they must keep it well until it is decided. */
function passedClusters({ state, plan }: Situation, { phase, wave = 0 }: Stage): readonly string[] {
  if (state.decision !== undefined || (phase !== "app" && phase !== "balancing")) return [];
  const now = plan.waves[wave] ?? [];
  const isOpen = (name: string): boolean =>
    now.includes(name) && state.clusters[name]?.phases[phase]?.status !== "done";
  return servingClusters(state, plan, wave).filter((name) => !isOpen(name));
}
