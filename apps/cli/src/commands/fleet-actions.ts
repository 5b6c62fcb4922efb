import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { newestFleet } from "./fleet.ts";

export const fleetPause = action(
  "pause",
  "is paused: no service begins",
  "Begins no more services; rollouts that have begun go on by themselves.",
);

export const fleetResume = action(
  "resume",
  "goes on",
  "Goes on after a pause. One that was halted by failures goes on past them: only failures from now on count.",
);

export const fleetStop = action(
  "stop",
  "is stopped",
  "Ends the fleet rollout for good. Rollouts that have begun go on by themselves; what is done stays.",
);

function action(type: "pause" | "resume" | "stop", done: string, about: string): CliCommand {
  return {
    define(command) {
      command.addHelpText(
        "after",
        `${examples(`fairway fleet ${type}`, `fairway fleet ${type} --env staging`)}\n\n${about}`,
      );
    },
    async run({ shell, style, options, connect }) {
      const connected = await connect();
      const environment = await environmentOf(connected, options.env);
      const { number } = await newestFleet(connected, environment);
      const fleet = await connected.client.commandFleet({ params: { number }, body: { command: { type } } });
      if (options.json === true) printJson(shell, fleet);
      else shell.out.write(`${style.good("✓")} fleet rollout ${number} ${done}\n`);
      return exitCode.done;
    },
  };
}
