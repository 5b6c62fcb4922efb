/** Which rounds there are: so many kills, spread evenly over the ways of all kinds of rollouts. */
import { type Round, type Shown, services } from "./kill-rounds.ts";
import { type KindName, kindNames } from "./kinds.ts";
import { type Point, parsePoint, pointAt, pointsOf, pointText } from "./points.ts";

/** Nobody is killed in them: they show which points there are. Each service has something to go back to after them. */
export const recordedRounds: readonly Round[] = [
  { rollouts: [{ kind: "rolling" }, { kind: "canary" }, { kind: "rolling-fails" }] },
  { rollouts: [{ kind: "blue-green" }, { kind: "rollback" }, { kind: "canary-fails" }] },
  { rollouts: [{ kind: "rolling" }, { kind: "rolling" }, { kind: "rolling" }] },
];

/** The points of each kind, as the recorded rounds showed them. */
export function recordedPoints(shown: readonly Shown[]): ReadonlyMap<KindName, readonly Point[]> {
  const pairs = recordedRounds.flatMap(({ rollouts }, round) =>
    rollouts.flatMap(({ kind }, index) => {
      const recorded = shown[round]?.recorded[index];
      return recorded === undefined ? [] : [[kind, pointsOf(recorded)] as const];
    }),
  );
  return new Map(pairs);
}

/** The fractional part of this number's multiples covers an interval evenly, however many are taken (Weyl). */
const golden = (Math.sqrt(5) - 1) / 2;
/** So many rounds have one in which the server is killed twice. */
const perPair = 5;

/** The same count gives the same rounds. Rollouts of one round are killed at about the same share of their ways. */
export function roundsOf(count: number, points: ReadonlyMap<KindName, readonly Point[]>): readonly Round[] {
  return Array.from({ length: count }, (_, round) => ({
    again: round % perPair === perPair - 1,
    rollouts: services.map((_service, index) => {
      const kind = kindNames[(round + 2 * index) % kindNames.length] ?? "rolling";
      const share = (round + (((round * services.length + index) * golden) % 1)) / count;
      return { kind, point: pointAt(share, points.get(kind) ?? []) };
    }),
  }));
}

/** `rolling:before7,canary:entry3,rollback:after1,again` */
export function roundText({ rollouts, again }: Round): string {
  const parts = rollouts.map(({ kind, point }) => (point === undefined ? kind : `${kind}:${pointText(point)}`));
  return [...parts, ...(again === true ? ["again"] : [])].join(",");
}

/** Reads `roundText`. Throws an Error that says what it should look like. */
export function parseRound(text: string): Round {
  const parts = text.split(",");
  const rollouts = parts
    .filter((part) => part !== "again")
    .map((part) => {
      const [name, at = ""] = part.split(":");
      const kind = kindNames.find((one) => one === name);
      const point = parsePoint(at);
      if (kind === undefined || point === undefined) {
        throw new Error(
          `"${part}" is no point; such are rolling:before7, canary:after3, rollback:entry5, with the kinds ${kindNames.join(", ")}`,
        );
      }
      return { kind, point };
    });
  if (rollouts.length > services.length) throw new Error(`there are ${services.length} services, for as many points`);
  return { rollouts, again: parts.includes("again") };
}
