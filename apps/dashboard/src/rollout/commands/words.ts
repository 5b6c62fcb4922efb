import type { RolloutCommand, RolloutDetail } from "@fairway/api";

/** How a command is shown: on its button, on the command line, and before it is sent. */
export interface CommandWords {
  readonly button: string;
  readonly line: string;
  /** What it does, for the question; absent: it is sent at once, because it can be taken back. */
  readonly question?: string;
  readonly look: "main" | "plain" | "danger";
}

export function commandWords(
  command: RolloutCommand,
  { service, from, waitsFor }: Pick<RolloutDetail, "service" | "from" | "waitsFor">,
  flag: string,
): CommandWords {
  const line = (name: string): string => `fairway ${name} ${service}${flag}`;
  switch (command.type) {
    case "promote":
      return {
        button: "Promote",
        line: line("promote"),
        question: waitsFor === undefined ? "The rollout goes on to its next step." : `It waits for this: ${waitsFor}.`,
        look: "main",
      };
    case "pause":
      return { button: "Pause", line: line("pause"), look: "plain" };
    case "resume":
      return { button: "Resume", line: line("resume"), look: "main" };
    case "skip-analysis":
      return {
        button: "Skip analysis",
        line: line("skip-analysis"),
        question: "The measurements of this step or wave are passed over, whatever they say.",
        look: "plain",
      };
    case "abort":
      return {
        button: "Abort",
        line: line("abort"),
        question:
          from === undefined
            ? "Everything that was made is removed again, in every cluster."
            : `Every cluster goes back to release ${from.slice(0, 6)}.`,
        look: "danger",
      };
    case "lose":
      return {
        button: `Go on without ${command.cluster}`,
        line: `fairway cluster lost ${command.cluster}`,
        question: `${command.cluster} takes no requests until it is back and on what is decided. The rollout goes on without it.`,
        look: "danger",
      };
  }
}
