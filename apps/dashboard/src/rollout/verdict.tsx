import type { RolloutDetail } from "@fairway/api";
import { rolloutAppearance } from "../elements/states.ts";
import { VerdictLine } from "../elements/verdict-line.tsx";

interface Words {
  readonly what: string;
  readonly next: string;
}

const short = (release: string | undefined) => release?.slice(0, 6) ?? "";

const sentence = (words: string) => (/[.!?]$/.test(words) ? words : `${words}.`);

/** Names of clusters in a sentence. */
function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function wordsOf(rollout: RolloutDetail): Words {
  const all = listed(rollout.clusters.map(({ name }) => name));
  const left = rollout.clusters.filter(({ converged }) => !converged).map(({ name }) => name);
  const later =
    left.length === 0 ? "" : ` ${listed(left)} converges when it can be reached, and takes no traffic before.`;
  const old =
    rollout.from === undefined
      ? "Nothing ran before, so nothing serves now."
      : `Release ${short(rollout.from)} serves in ${all}, as before.`;
  switch (rollout.status) {
    case "queued":
      return { what: "Waiting for its turn.", next: "Another rollout of this service is under way." };
    case "running":
      if (rollout.paused !== undefined) {
        return { what: `Paused by ${rollout.paused.by}.`, next: "What is under way goes on; nothing new begins." };
      }
      if (rollout.waitsFor !== undefined) return { what: sentence(rollout.waitsFor), next: mixed(rollout) };
      return {
        what: rollout.phase === undefined ? "Starting." : `Phase ${rollout.phase} is under way.`,
        next:
          rollout.from === undefined ? "" : `Release ${short(rollout.from)} keeps serving until the new one is ready.`,
      };
    case "restoring":
      return {
        what: sentence(rollout.reason ?? "the new release failed"),
        next:
          rollout.from === undefined
            ? "What was made is being removed."
            : `Release ${short(rollout.from)} is being restored.`,
      };
    case "succeeded":
      return {
        what:
          rollout.to === undefined
            ? `${rollout.service} is removed from ${all}.`
            : `Release ${short(rollout.to)} serves in ${all}.`,
        next: later.trim(),
      };
    case "failed":
      return { what: sentence(rollout.reason ?? "the new release failed"), next: `${old}${later}` };
    case "refused":
      return { what: sentence(rollout.reason ?? "refused in prepare"), next: "Nothing was changed in any cluster." };
  }
}

/** Which release serves meanwhile. */
function mixed({ from, steps }: RolloutDetail): string {
  if (from === undefined) return "";
  const step = steps.find(({ status }) => status === "holding" || status === "shifting");
  return step === undefined || step.weight === 0
    ? `Release ${short(from)} keeps serving until the new one is ready.`
    : `Release ${short(from)} serves the other ${100 - step.weight} % of the requests.`;
}

/** How a rollout stands, or ended. */
export function Verdict({ rollout }: { readonly rollout: RolloutDetail }) {
  return <VerdictLine of={rolloutAppearance[rollout.status]} {...wordsOf(rollout)} />;
}
