import { type ActOutcome, type AdoptionPlace, attempt } from "./act.ts";
import { deleteFormer, takeNames } from "./former.ts";
import { lead, leadBack } from "./lead.ts";
import { claimNamespace, releaseNamespace } from "./namespace.ts";
import { standBy } from "./way-back.ts";
import { whileCurrent } from "./while-current.ts";

const acts = {
  claim: claimNamespace,
  lead,
  take: takeNames,
  delete: deleteFormer,
  "lead-back": leadBack,
  "stand-by": standBy,
  "let-go": releaseNamespace,
} as const;

/** Does one act of an adoption in one cluster. Each can be repeated, and touches nothing that the plan does not name. */
export function performAct(act: keyof typeof acts, place: AdoptionPlace): Promise<ActOutcome> {
  const cluster = whileCurrent(place.cluster, place.isCurrent);
  return attempt(() => acts[act]({ ...place, cluster }));
}
