import type { Outline } from "../plan/outline.ts";
import { isSlotted } from "../plan/plan.ts";
import type { Command } from "../ports.ts";
import type { RolloutState } from "./rollout-state.ts";

export type Answer = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

const yes: Answer = { accepted: true };
const no = (reason: string): Answer => ({ accepted: false, reason });

/** What of a plan, or of its outline, answers depend on. */
interface Course extends Pick<Outline, "steps" | "analysis"> {
  readonly migration?: string | { readonly cluster: string } | undefined;
}

/** A command that could be given, and what would be answered. */
export type Offer = { readonly command: Command } & Answer;

/** Every command that could be given to a rollout, with the answer that it would get now. Pure. */
export function offers(state: RolloutState): readonly Offer[] {
  if (state.closed) return [];
  const plan = state.begun?.outline ?? { steps: [], analysis: [] };
  const clusters = Object.keys(state.clusters);
  const all: readonly Command[] = [
    ...(["pause", "resume", "promote", "skip-analysis", "abort"] as const).map((type) => ({ type })),
    ...clusters.map((cluster) => ({ type: "lose" as const, cluster })),
  ];
  return all.map((command) => ({ command, ...answer(state, plan, command) }));
}

/** Whether a rollout, as it stands, does what is asked of it, and if not, why. Pure. */
export function answer(state: RolloutState, plan: Course, command: Command): Answer {
  if (command.type === "lose") return answerLose(state, plan, command.cluster);
  if (state.end !== undefined) return no(`the rollout has ended: it ${ending[state.end.status]}`);
  if (state.decision === "restore") return no("the rollout is on its way back to the former release already");
  if (state.decision === "commit") {
    return no(
      "the new release is decided: there is no way back in this rollout; go back by another one: fairway rollback",
    );
  }
  if (state.abortWanted !== undefined) return no("the rollout is to be aborted already");
  switch (command.type) {
    case "pause":
      return state.paused === undefined ? yes : no(`it is paused already, by ${state.paused.by}`);
    case "resume":
      return state.paused === undefined ? no("it is not paused") : yes;
    case "promote":
      return answerPromote(state);
    case "skip-analysis":
      return answerSkip(state, plan);
    case "abort":
      return yes;
  }
}

const ending = { succeeded: "succeeded", failed: "failed", refused: "was refused" } as const;

function answerPromote({ step, bake, paused }: RolloutState): Answer {
  if (paused !== undefined) return no("it is paused: resume it first");
  if (bake !== undefined) return bake.promoted ? no("it goes on already") : yes;
  if (step === undefined) return no("nothing waits for it: no step and no wave is being looked at");
  if (step.promoted) return no("it goes on already");
  return step.status === "holding" ? yes : no(`routers are still taking the share of ${step.weight} %`);
}

function answerSkip({ step }: RolloutState, plan: Course): Answer {
  if (!isSlotted(plan) || plan.analysis.length === 0) return no("this rollout measures nothing");
  if (step === undefined) return no("no step is being measured");
  return step.analysisSkipped ? no("this step's measurements are passed over already") : yes;
}

function answerLose(state: RolloutState, { migration }: Course, name: string): Answer {
  const cluster = state.clusters[name];
  if (cluster === undefined) {
    return no(`this rollout has no cluster ${name}; it has ${Object.keys(state.clusters).join(", ")}`);
  }
  if (state.end !== undefined) return no("the rollout has ended");
  if (cluster.lost !== undefined || cluster.behind !== undefined)
    return no(`the rollout goes on without ${name} already`);
  const lead = typeof migration === "object" ? migration.cluster : migration;
  if (name === lead && state.migration?.status !== "succeeded" && state.decision === undefined) {
    return no(`the migration runs in ${name}, without it nothing goes on: abort it instead`);
  }
  const left = Object.entries(state.clusters).filter(
    ([other, one]) => other !== name && one.lost === undefined && one.behind === undefined,
  );
  return left.length > 0 ? yes : no(`${name} is the last cluster of this rollout; abort it instead`);
}
