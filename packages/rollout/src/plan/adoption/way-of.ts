import type { AdoptionPlan } from "./adoption-plan.ts";

/** How requests come to ours. */
export function wayOf(
  from: AdoptionPlan["from"],
  ours: { readonly namespace: string; readonly service: string },
): AdoptionPlan["way"] {
  return from.namespace === ours.namespace && from.service === ours.service ? "take" : "mirror";
}
