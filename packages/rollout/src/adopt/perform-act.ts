import { type ActOutcome, type AdoptionPlace, attempt, done } from "./act.ts";
import { dropBridge } from "./bridge.ts";
import { deleteFormer, takeNames } from "./former.ts";
import { lead, leadBack } from "./lead.ts";
import { claimNamespace, releaseNamespace } from "./namespace.ts";
import { standBy } from "./way-back.ts";
import { whileCurrent } from "./while-current.ts";

/** What is of the adoption alone goes with it, also where a server wrote some of it late, and died before it could see that. */
async function sweep(place: AdoptionPlace): Promise<ActOutcome> {
  await dropBridge(place);
  return done;
}

const then =
  (first: typeof sweep, second: typeof sweep): typeof sweep =>
  async (place) => {
    const outcome = await first(place);
    return outcome.state === "done" ? second(place) : outcome;
  };

const acts = {
  claim: claimNamespace,
  lead,
  take: takeNames,
  delete: then(deleteFormer, sweep),
  "lead-back": leadBack,
  "stand-by": standBy,
  "let-go": then(sweep, releaseNamespace),
  sweep,
} as const;

/** Does one act of an adoption in one cluster. Each can be repeated, and touches nothing that the plan does not name. */
export function performAct(act: keyof typeof acts, place: AdoptionPlace): Promise<ActOutcome> {
  const cluster = whileCurrent(place.cluster, place.isCurrent);
  return attempt(() => acts[act]({ ...place, cluster }));
}
