import { causeEntries, causeEntry } from "@fairway/diagnosis";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { padEnd, wrap } from "../terminal/text.ts";

/** What a code behind a cause means, where it comes from and what helps; without one, all of them. Needs no server. */
export const explain: CliCommand = {
  define(command) {
    command
      .argument("[code]", "as it stands in brackets behind a cause")
      .addHelpText(
        "after",
        examples("fairway explain CrashLoop", "fairway explain", "fairway explain OutOfMemory --json"),
      );
  },
  async run({ shell, style, args: [name], options }) {
    const width = Math.min(shell.out.width, 100);
    if (name === undefined) {
      const all = Object.entries(causeEntries).map(([code, entry]) => ({ code, ...entry }));
      const column = Math.max(...all.map(({ code }) => code.length)) + 2;
      const lines = all.flatMap(({ code, meaning }) =>
        wrap(meaning, Math.max(30, width - column)).map(
          (line, at) => `${at === 0 ? style.accent(padEnd(code, column)) : " ".repeat(column)}${line}`,
        ),
      );
      if (options.json === true) printJson(shell, { causes: all });
      else printLines(shell, lines);
      return exitCode.done;
    }
    const entry = causeEntry(name);
    if (entry === undefined) {
      throw new CommandFailure("cause-unknown", `There is no cause with the code ${JSON.stringify(name)}.`, {
        exitCode: exitCode.usage,
        advice: "all of them: fairway explain",
      });
    }
    const { code, meaning, cause, cure } = entry;
    const part = (label: string, text: string) =>
      wrap(text, width - 9).map((line, at) => `  ${at === 0 ? style.faint(padEnd(label, 7)) : " ".repeat(7)}${line}`);
    if (options.json === true) printJson(shell, entry);
    else
      printLines(shell, [style.strong(code), ...part("means", meaning), ...part("cause", cause), ...part("do", cure)]);
    return exitCode.done;
  },
};
