import type { Command, JournalRecord } from "../../ports.ts";
import type { RolloutEvent } from "../rollout-event.ts";

/** One entry of a rollout's journal, as people read it. */
export interface EntryView {
  readonly sequence: number;
  /** RFC 3339. */
  readonly at: string;
  readonly type: RolloutEvent["type"];
  /** One line. */
  readonly words: string;
}

/** The journal of a rollout in words. Pure. */
export function entries(records: readonly JournalRecord<RolloutEvent>[]): readonly EntryView[] {
  return records.map(({ sequence, at, body }) => ({ sequence, at, type: body.type, words: wordsOf(body) }));
}

function wordsOf(event: RolloutEvent): string {
  switch (event.type) {
    case "begun":
      return `begins: ${event.from?.release ?? "nothing"} to ${event.target?.release ?? "nothing"} in ${event.clusters.join(", ")}`;
    case "phase":
      return `${event.phase}${event.wave === undefined ? "" : ` in ${event.wave.clusters.join(", ")}`}`;
    case "done":
      return `${event.phase} is done: ${places(event.clusters)}`;
    case "suspect":
      return `${event.cluster}: ${event.detail}`;
    case "migration":
      return `the migration ${event.job} in ${event.cluster} ${ends[event.status]}`;
    case "step":
      return `${event.weight} % of the requests shall go to the new release`;
    case "shifted":
      return `routers have taken it: ${places(event.clusters)}`;
    case "analysis":
      return `measured: ${event.values.map((value) => (value === null ? "no value" : String(Number(value.toPrecision(4))))).join(", ")}`;
    case "bake":
      return `wave ${event.wave + 1} is looked at`;
    case "answered":
      return `${event.actor}: ${commandWords(event.command)}${event.accepted ? "" : `, refused: ${event.reason ?? ""}`}`;
    case "abort":
      return `decided: back to the former release (${event.reason})`;
    case "restored":
      return `${event.cluster} has the former release again${event.healthy ? "" : `, not healthy: ${event.detail}`}`;
    case "behind":
      return `goes on without ${event.cluster}: ${event.reason}`;
    case "committed":
      return "decided: the new release everywhere";
    case "ended":
      return `${event.status}${event.reason === undefined ? "" : `: ${event.reason}`}`;
    case "converged":
      return `${event.cluster} is on the decision`;
    case "closed":
      return "closed";
  }
}

const ends = { running: "runs", succeeded: "succeeded", failed: "failed" } as const;

function commandWords(command: Command): string {
  if (command.type === "lose") return `lose ${command.cluster}`;
  if (command.type === "abort" && command.supersededBy !== undefined) {
    return `abort, rollout ${command.supersededBy} takes its place`;
  }
  return command.type;
}

function places(of: Readonly<Record<string, string>>): string {
  return Object.entries(of)
    .map(([name, detail]) => (detail === "" ? name : `${name} ${detail}`))
    .join(", ");
}
