import type { Outline } from "../plan/outline.ts";
import type { Command } from "../ports.ts";
import { measures } from "./analysis.ts";
import type { RolloutState } from "./rollout-state.ts";

export type Answer = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

const yes: Answer = { accepted: true };
const no = (reason: string): Answer => ({ accepted: false, reason });

/** What answers depend on. */
type Course = Pick<Outline, "waves" | "bake" | "steps" | "analysis" | "migration">;

/** A command that could be given, and what would be answered. */
export type Offer = { readonly command: Command } & Answer;

/** Every command that could be given to a rollout, with the answer that it would get now. Pure. */
export function offers(state: RolloutState): readonly Offer[] {
  if (state.closed) return [];
  const course = state.begun?.outline ?? { waves: [], bake: 0, steps: [], analysis: [] };
  const clusters = Object.keys(state.clusters);
  const all: readonly Command[] = [
    ...(["pause", "resume", "promote", "skip-analysis", "abort"] as const).map((type) => ({ type })),
    ...clusters.map((cluster) => ({ type: "lose" as const, cluster })),
  ];
  return all.map((command) => ({ command, ...answer(state, course, command) }));
}

/** Whether a rollout, as it stands, does what is asked of it, and if not, why. Pure. */
export function answer(state: RolloutState, course: Course, command: Command): Answer {
  if (command.type === "lose") return answerLose(state, course, command.cluster);
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
      return answerSkip(state, course);
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

function answerSkip({ bake, step }: RolloutState, course: Course): Answer {
  if (!measures(course)) return no("this rollout measures nothing");
  const gate = bake ?? step;
  if (gate === undefined) return no("no step and no wave is being measured");
  return gate.analysisSkipped ? no("these measurements are passed over already") : yes;
}

function answerLose(state: RolloutState, { migration }: Course, name: string): Answer {
  const cluster = state.clusters[name];
  if (cluster === undefined) {
    return no(`this rollout has no cluster ${name}; it has ${Object.keys(state.clusters).join(", ")}`);
  }
  if (state.end !== undefined) return no("the rollout has ended");
  if (cluster.lost !== undefined || cluster.behind !== undefined)
    return no(`the rollout goes on without ${name} already`);
  if (name === migration && state.migration?.status !== "succeeded" && state.decision === undefined) {
    return no(`the migration runs in ${name}, without it nothing goes on: abort it instead`);
  }
  const left = Object.entries(state.clusters).filter(
    ([other, one]) => other !== name && one.lost === undefined && one.behind === undefined,
  );
  return left.length > 0 ? yes : no(`${name} is the last cluster of this rollout; abort it instead`);
}
