import { randomUUID } from "node:crypto";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { followRollout } from "../rollout/follow-rollout.ts";
import { unfinishedRollout } from "../rollout/unfinished-rollout.ts";

interface Words {
  readonly type: "pause" | "resume" | "promote" | "abort" | "skip-analysis";
  /** Below the examples of the help. */
  readonly help: string;
  /** What the rollout does from now on: `rollout 18 <does>`. */
  readonly does: string;
  /** The command that comes to mind next; the service is put behind it. */
  readonly next?: readonly [label: string, command: string];
}

export const pause = commandOf({
  type: "pause",
  help: "Holds a rollout where it is: no further step, wave or phase. What has gone over stays over; abort still goes back.",
  does: "is paused: it goes no further",
  next: ["go on", "fairway resume"],
});

export const resume = commandOf({ type: "resume", help: "Lets a paused rollout go on.", does: "goes on" });

export const promote = commandOf({
  type: "promote",
  help: "Goes past the gate, the hold or the bake time that a rollout waits at, without waiting any longer.",
  does: "goes on past what it waited at",
});

export const abort = commandOf({
  type: "abort",
  help: "Goes back to the release before, in every cluster. After the new release is decided there is no way back in the same\nrollout: fairway rollback <service> makes another one.",
  does: "goes back to the release before, in every cluster",
});

export const skipAnalysis = commandOf({
  type: "skip-analysis",
  help: "Goes past the measurements of the present step, or of the wave that is looked at, whatever they say; later ones hold.",
  does: "passes over the measurements of this step or wave",
});

function commandOf({ type, help, does, next }: Words): CliCommand {
  return {
    define(command) {
      command
        .argument("<service or number>", "whose rollout is under way, or the number of a rollout")
        .option("-f, --follow", "follow the rollout until it ends")
        .addHelpText(
          "after",
          `${examples(`fairway ${type} user`, `fairway ${type} user --env prod --follow`, `fairway ${type} 18 --json`)}

${help}
Answered by whoever drives the rollout, and kept in its journal: a refusal says why, and ends with exit code 1.`,
        );
    },
    async run({ shell, style, args, options, own, connect }) {
      const [which = ""] = args;
      const connected = await connect();
      const { rollout, environment, waiting } = await unfinishedRollout(connected, which, options.env);
      const { number, service } = rollout;
      const { answer } = await connected.client.commandRollout({
        params: { number },
        body: { id: randomUUID(), command: { type } },
      });
      const json = options.json === true;
      const follow = own<{ follow?: boolean }>().follow === true;
      if (json && follow)
        shell.out.write(`${JSON.stringify({ type: "command", rollout: number, command: type, answer })}\n`);
      else if (json) printJson(shell, { rollout: number, service, command: type, answer });
      else {
        const head = `${style.strong(service)}  rollout ${number}`;
        const later = `is told to ${type}: nobody drives it now, it answers when somebody does`;
        printLines(shell, [
          answer === "accepted" ? `${style.good("✓")} ${head} ${does}` : `${style.doubtful("·")} ${head} ${later}`,
          ...(waiting.length === 0 ? [] : [`  ${style.faint(`behind it: rollout ${waiting.join(", ")}`)}`]),
          ...[next, ["follow", `fairway rollouts ${number} --follow`] as const]
            .filter((one) => one !== undefined && !follow)
            .map((one) => {
              const [label = "", line = ""] = one ?? [];
              const words = label === "follow" ? line : `${line} ${service}${environment.flag}`;
              return `  ${style.faint(label.padEnd(8))} ${style.accent(words)}`;
            }),
        ]);
      }
      if (!follow) return exitCode.done;
      const context = { shell, style, connected, json, environmentFlag: environment.flag };
      return followRollout(number, { ...context, goesBack: type === "abort" });
    },
  };
}
