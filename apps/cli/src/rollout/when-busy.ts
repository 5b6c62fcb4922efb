import { type Command, Option } from "commander";

/** What to do where another rollout of the service is under way. */
export type WhenBusy = "refuse" | "queue" | "supersede";

export function whenBusyOptions(command: Command): Command {
  return command
    .addOption(new Option("--queue", "go after a rollout of the service that is under way"))
    .addOption(new Option("--supersede", "take its place: it goes back first, if it still can").conflicts("queue"));
}

/** By default it is refused. */
export function whenBusyOf(own: { readonly queue?: boolean; readonly supersede?: boolean }): WhenBusy {
  if (own.supersede === true) return "supersede";
  return own.queue === true ? "queue" : "refuse";
}
