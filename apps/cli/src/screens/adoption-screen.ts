import type { Adoption, AdoptionPlanView, AdoptionPreview } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { printable, wrap } from "../terminal/text.ts";

type InCluster = AdoptionPlanView["clusters"][number];
type State = Adoption["state"];

/** What is going on, in words. */
const words: Readonly<Record<State, string>> = {
  claiming: "the namespace is made ready for ours",
  beside: "ours is rolled out beside the old",
  moving: "requests go over",
  moved: "requests go to ours; the old stands by",
  taking: "confirmed: names that both have are taken over",
  settling: "confirmed: ours is completed",
  deleting: "confirmed: the old objects are deleted",
  "leading-back": "requests go back to the old",
  removing: "ours is removed",
  "letting-go": "the namespace is given back",
  confirmed: "adopted: the old objects are gone",
  undone: "undone: the old serves as before, ours is gone",
  failed: "it did not work: the old serves as before, ours is gone",
};

/** One line for each state that it passes. */
export function adoptionLine({ state, reason }: Pick<Adoption, "state" | "reason">, style: Style): string {
  const bad = state === "failed" || (reason !== undefined && state !== "undone");
  const look = bad ? style.bad : state === "confirmed" || state === "moved" ? style.good : style.accent;
  const told = state === "moved" && reason !== undefined ? "requests go to ours still" : words[state];
  return `  ${look(told)}${reason === undefined ? "" : `: ${printable(reason)}`}`;
}

/** What was found, and what is done with it; alike clusters are told once. */
export function planLines(
  { clusters, way, from, namespace }: AdoptionPlanView,
  style: Style,
  width: number,
): readonly string[] {
  const alike = Map.groupBy(clusters, ({ name: _, now: __, ...rest }) => JSON.stringify(rest));
  const lead =
    way === "take"
      ? `ours takes Service/${from.service} over in namespace ${namespace}`
      : `Service/${from.service} of namespace ${from.namespace} leads to the pods of ours, in namespace ${namespace}`;
  return [
    ...hung("requests", lead, width),
    ...[...alike.values()].flatMap((same) => {
      const [first] = same;
      const names = same.map(({ name }) => style.strong(name)).join(", ");
      return first === undefined ? [] : ["", names, ...clusterLines(first, width)];
    }),
  ];
}

function clusterLines({ pairs, take, remove, leave, withheld, notes }: InCluster, width: number): readonly string[] {
  const made = ({ object, madeBy }: { readonly object: string; readonly madeBy: string }) =>
    `${object} (made by ${printable(madeBy)})`;
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.flatMap((line, index) => hung(index === 0 ? title : "", line, width));
  return [
    ...section(
      "stands for",
      pairs.map(({ old, ours }) => `${old} → ${ours}`),
    ),
    ...section("taken over", take.map(made)),
    ...section(
      "removed",
      remove.map((one) => `${made(one)}, when you confirm`),
    ),
    ...section(
      "left alone",
      leave.map(({ object, why }) => `${object}: ${why}`),
    ),
    ...section(
      "waits",
      withheld.map((object) => `${object} of ours, until you confirm`),
    ),
    ...section("note", notes),
  ].map(printable);
}

/** Why it cannot be done; all of it at once. */
export function findingLines(findings: AdoptionPreview["findings"], style: Style, width: number): readonly string[] {
  return findings.flatMap(({ cluster, message, advice }) => [
    ...hung(style.bad("✗"), `${cluster === "" ? "" : `${cluster}: `}${printable(message)}`, width, 2),
    ...hung("", printable(advice), width, 4),
  ]);
}

/** Clusters that are still to do what is going on, and why. */
export function waitingLines({ clusters }: AdoptionPlanView): readonly string[] {
  return clusters
    .filter(({ now }) => now !== undefined && now.state !== "done")
    .map(({ name, now }) => `  ${name}: ${printable(now?.message ?? "")}`);
}

/** An adoption as it is: where it stands in each cluster, and what a person can do. */
export function adoptionScreen(adoption: Adoption, style: Style, width: number, flag: string): readonly string[] {
  const { service, environment, number, state, plan, actor } = adoption;
  return [
    `${style.strong(service)}  adoption ${number}  ${style.accent(environment)}  by ${printable(actor)}`,
    adoptionLine(adoption, style),
    ...waitingLines(plan),
    ...(adoption.rollout === undefined ? [] : [`  follow it: fairway rollouts ${adoption.rollout} --follow`]),
    "",
    ...planLines(plan, style, width),
    ...(state === "moved" ? ["", ...decisionLines(service, flag)] : []),
  ];
}

/** The two ways on from where it has moved. */
export function decisionLines(service: string, flag: string): readonly string[] {
  return [
    `  for good   fairway adopt confirm ${service}${flag}   (the old objects are deleted)`,
    `  back       fairway adopt undo ${service}${flag}      (requests go back to them)`,
  ];
}

function hung(title: string, text: string, width: number, indent = 12): readonly string[] {
  const lines = wrap(text, Math.max(20, width - indent - 2));
  return lines.map((line, index) => `  ${(index === 0 ? title : "").padEnd(indent)}${line}`.trimEnd());
}
