import type { Stage } from "../../plan/stages.ts";
import { analyse, isProven, measure } from "./analyse.ts";
import { isWellEverywhere, present, servingClusters } from "./serving.ts";
import { type Action, append, type Situation } from "./situation.ts";

/** A wave that has just passed is looked at before the next one; undefined: the way is free. */
export function bake(situation: Situation, stage: Stage, following: Stage): readonly Action[] | undefined {
  const { state, plan, now } = situation;
  const { wave } = stage;
  if (wave === undefined || !bakes(situation, wave, following)) return undefined;
  const { bake: looked, paused } = state;
  if (looked === undefined) return paused === undefined ? append({ type: "bake", wave }) : [];
  const serving = servingClusters(state, plan, wave);
  const analysed = analyse(situation, { bake: wave }, looked, stage.phase, serving.toReversed());
  if (analysed !== undefined) return analysed;
  const isMeasured = plan.analysis.length > 0;
  const isLong = now - looked.since >= plan.bake && isWellEverywhere(situation, stage);
  const mayPass = looked.promoted || (isLong && (!isMeasured || isProven(situation, looked)));
  if (paused === undefined && mayPass) return undefined;
  return isMeasured ? measure(situation, { bake: wave }, looked) : [];
}

/** There must be something to look at, and somebody for whom it is done. */
function bakes({ state, plan }: Situation, wave: number, following: Stage): boolean {
  if (plan.bake === 0 || following.wave === undefined || following.wave === wave) return false;
  return (
    servingClusters(state, plan, wave).length > 0 && present(state, plan, plan.waves[following.wave] ?? []).length > 0
  );
}
