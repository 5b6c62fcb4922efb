import type { Measurement } from "../../ports.ts";
import { judgeAnalysis } from "../analysis.ts";
import type { GateState, RolloutState } from "../rollout-state.ts";
import { type LiveCluster, presentProgress } from "./cluster-view.ts";

/** What a rollout waits for now, in one line; undefined when it is over. Pure. */
export function waitingFor(state: RolloutState, live: Readonly<Record<string, LiveCluster>> = {}): string | undefined {
  if (state.closed) return undefined;
  if (state.end !== undefined) return behindWords(state, state.end.converging);
  if (state.decision === "restore") {
    return `goes back to ${formerWords(state)}${places(state, live, (one) => one.restore)}`;
  }
  if (state.begun === undefined) return "waits for its turn";
  if (state.abortWanted !== undefined) return "is about to be aborted";
  if (state.paused !== undefined) return `is paused by ${state.paused.by}: resume it`;
  if (state.bake !== undefined) return bakeWords(state);
  switch (state.phase ?? "prepare") {
    case "prepare":
      return `clusters are looked at${running(state, "prepare")}`;
    case "init":
      return `clusters get what workloads refer to${running(state, "init")}`;
    case "db":
      return `the migration runs${running(state, "db")}`;
    case "app":
      return `pods of the new release get ready${places(state, live, (one) => one.phases.app)}`;
    case "balancing":
      return balancingWords(state, live);
    case "cleanup":
      return `what is not needed any more goes${running(state, "cleanup")}`;
  }
}

function behindWords(state: RolloutState, converging: readonly string[]): string | undefined {
  const names = converging.filter((name) => state.clusters[name]?.behind !== undefined);
  return names.length === 0 ? undefined : `${names.join(", ")} is brought to the decision when it can be reached`;
}

function formerWords({ begun }: RolloutState): string {
  return begun?.from === undefined ? "nothing" : `release ${begun.from.release}`;
}

function bakeWords({ bake, begun }: RolloutState): string {
  const { waves = [], bake: lasts = 0, analysis = [] } = begun?.outline ?? {};
  const wave = bake?.wave ?? 0;
  if (bake?.promoted) return `wave ${wave + 2} begins`;
  return `wave ${wave + 1} of ${waves.length} is looked at for ${lasting(lasts)}, or until it is promoted${proofWords(analysis, bake)}`;
}

function balancingWords(state: RolloutState, live: Readonly<Record<string, LiveCluster>>): string {
  const { step, begun } = state;
  if (state.decision === "commit") return "the new release is decided";
  if (step === undefined) return "requests go over";
  if (step.status === "shifting") {
    return `routers take ${step.weight} % for the new release${routerWords(state, live)}`;
  }
  const hold = begun?.outline?.steps[step.index]?.hold;
  const share = `${step.weight} % of the requests go to the new release`;
  if (step.promoted || hold === 0) return share;
  if (hold === undefined) return `${share} until it is promoted`;
  const proof = step.weight === 0 ? "" : proofWords(begun?.outline?.analysis ?? [], step);
  return `${share} for ${lasting(hold)}, or until it is promoted${proof}`;
}

/** What of the measurements speaks against going on. */
function proofWords(analysis: readonly Measurement[], gate: GateState | undefined): string {
  const { state, words } = judgeAnalysis(analysis, gate?.measured.at(-1)?.values);
  return state === "good" || gate?.analysisSkipped === true ? "" : `; ${words}`;
}

function routerWords({ clusters }: RolloutState, live: Readonly<Record<string, LiveCluster>>): string {
  const said = Object.keys(clusters).flatMap((name) => {
    const detail = live[name]?.shift?.detail;
    return detail === undefined ? [] : [`${name}: ${detail}`];
  });
  return said.length === 0 ? "" : `: ${said.join("; ")}`;
}

function running({ clusters }: RolloutState, phase: "prepare" | "init" | "db" | "cleanup"): string {
  const names = Object.keys(clusters).filter((name) => clusters[name]?.phases[phase]?.status === "running");
  return names.length === 0 ? "" : `: ${names.join(", ")}`;
}

/** Where it is not done yet, with what each place waits for. */
function places(
  { clusters }: RolloutState,
  live: Readonly<Record<string, LiveCluster>>,
  of: (one: RolloutState["clusters"][string]) => { readonly status: string; readonly detail?: string } | undefined,
): string {
  const words = Object.entries(clusters).flatMap(([name, cluster]) => {
    const shown = of(cluster);
    if (shown?.status !== "running") return [];
    const detail = presentProgress(live[name])?.detail ?? shown.detail;
    return [detail === undefined ? name : `${name}: ${detail}`];
  });
  return words.length === 0 ? "" : `: ${words.join("; ")}`;
}

/** `5 min`, `90 s`, `2 h`. */
export function lasting(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds >= 7200 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
