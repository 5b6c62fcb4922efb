import type { AdoptionRecord, AdoptionState } from "../ports/adoptions.ts";

/** What is done in a cluster; each can be repeated. */
export type AdoptionAct = "claim" | "lead" | "take" | "delete" | "lead-back" | "let-go";

/** What became of an act in one cluster. `pending`: it is tried again; `failed`: trying again would not help. */
export type ActResult =
  | { readonly state: "done" }
  | { readonly state: "pending"; readonly message: string }
  | { readonly state: "failed"; readonly message: string };

/** What is known of the present turn. */
export interface AdoptionFacts {
  /** By cluster, where the turn is an act. */
  readonly acts: Readonly<Record<string, ActResult>>;
  /** Of the turn's own rollout, where it is one; undefined: there was nothing to roll out. */
  readonly rollout:
    | {
        readonly status: "unfinished" | "succeeded" | "failed" | "refused";
        readonly reason: string | undefined;
        /** It ended, and clusters are still being brought to it. */
        readonly converging: boolean;
      }
    | undefined;
}

/** What a turn is about. */
export type AdoptionTurn =
  | { readonly type: "act"; readonly act: AdoptionAct }
  | { readonly type: "rollout"; readonly kind: "deploy" | "removal" }
  | { readonly type: "ended" };

const turns: Readonly<Record<AdoptionState, AdoptionTurn>> = {
  claiming: { type: "act", act: "claim" },
  beside: { type: "rollout", kind: "deploy" },
  moving: { type: "act", act: "lead" },
  // Over and over, so that requests stay where they are until a person decides.
  moved: { type: "act", act: "lead" },
  taking: { type: "act", act: "take" },
  settling: { type: "rollout", kind: "deploy" },
  deleting: { type: "act", act: "delete" },
  "leading-back": { type: "act", act: "lead-back" },
  removing: { type: "rollout", kind: "removal" },
  "letting-go": { type: "act", act: "let-go" },
  confirmed: { type: "ended" },
  undone: { type: "ended" },
  failed: { type: "ended" },
};

export function turnOf(state: AdoptionState): AdoptionTurn {
  return turns[state];
}

/** Where it goes when its turn has succeeded, and when it has not; undefined: it is tried until it does. */
const ways: Readonly<Partial<Record<AdoptionState, { readonly on: AdoptionState; readonly back?: AdoptionState }>>> = {
  claiming: { on: "beside", back: "letting-go" },
  beside: { on: "moving", back: "letting-go" },
  moving: { on: "moved", back: "leading-back" },
  taking: { on: "settling", back: "moved" },
  settling: { on: "deleting", back: "moved" },
  deleting: { on: "confirmed" },
  // Nothing is there to go back to: a person decides once more.
  "leading-back": { on: "removing", back: "moved" },
  removing: { on: "letting-go" },
  "letting-go": { on: "undone" },
};

/** How long the clusters may take for an act that can be taken back, and a way back that nobody asked for may fail, in milliseconds. */
const patience = 120_000;
/** Between tries of a removal that failed, in milliseconds. */
const pause = 30_000;

/**
 * The state that follows; undefined: it stays, and its turn is looked at again. One decision for all clusters: a turn is over
 * when it is done in each of them, and goes back as soon as it has failed in one. A way back is given up only where it fails, not
 * because a cluster is silent: at once when a person has asked for it, who is told and may decide otherwise.
 *
 * @param now milliseconds since the epoch
 */
export function nextOfAdoption(
  { state, reason, changedAt }: Pick<AdoptionRecord<unknown>, "state" | "reason" | "changedAt">,
  { acts, rollout }: AdoptionFacts,
  now: number,
): Pick<AdoptionRecord<unknown>, "state" | "reason"> | undefined {
  const way = ways[state];
  if (way === undefined) return undefined;
  const waited = now - Date.parse(changedAt);
  // Who goes back takes along why.
  const on = (): { readonly state: AdoptionState; readonly reason: string | undefined } => ({
    state: way.on === "undone" && reason !== undefined ? "failed" : way.on,
    reason: isBack(state) ? reason : undefined,
  });
  const back = (why: string) => (way.back === undefined ? undefined : { state: way.back, reason: why });
  const turn = turnOf(state);
  if (turn.type === "rollout") {
    if (rollout === undefined) return on();
    if (rollout.status === "unfinished") return undefined;
    const { converging } = rollout;
    if (rollout.status === "succeeded") {
      // All clusters or none: one that is still to come would be missed by the requests that are led there.
      return converging && state !== "removing" ? back("not all clusters could be brought to the release") : on();
    }
    const why = rollout.reason ?? "the rollout failed";
    // A new turn is a new rollout.
    return state === "removing" ? (waited < pause ? undefined : { state, reason }) : back(why);
  }
  const entries = Object.entries(acts);
  const failed = entries.find(([, result]) => result.state === "failed");
  const waiting = entries.find(([, result]) => result.state !== "done");
  if (waiting === undefined) return on();
  const words = ([cluster, result]: (typeof entries)[number]): string =>
    result.state === "done" ? cluster : `${cluster}: ${result.message}`;
  if (state === "leading-back") {
    if (failed === undefined) return undefined;
    if (reason === undefined) return back(words(failed));
    return waited < patience ? undefined : back(`${words(failed)} (it was to go back: ${reason})`);
  }
  if (failed !== undefined) return back(words(failed));
  return waited < patience ? undefined : back(words(waiting));
}

function isBack(state: AdoptionState): boolean {
  return state === "leading-back" || state === "removing" || state === "letting-go";
}
