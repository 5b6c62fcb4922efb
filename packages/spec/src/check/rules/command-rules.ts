import { itemsAt, textAt } from "../../toml/look-up.ts";
import { quote } from "../quote.ts";
import type { RangedIssue } from "../shape-issues.ts";
import { splitWords } from "../split-words.ts";
import type { Rule } from "./rule.ts";

/** Command lines are split into words; what only a shell can do is an issue. */
export const commandRules: Rule = (settings) =>
  [
    textAt(settings, "run", "command"),
    textAt(settings, "migrations", "command"),
    ...itemsAt(settings, "crons").map((cron) => textAt(cron, "command")),
  ].flatMap((command): readonly RangedIssue[] => {
    const words = command === undefined ? undefined : splitWords(command.value);
    if (command === undefined || words === undefined || words.ok) return [];
    const line = command.value.trim();
    return [
      {
        code: "bad-value",
        message: `the command ${words.reason}`,
        range: command.range,
        hint:
          line === ""
            ? 'for example: command = ["node", "server.js"]'
            : `to run it in a shell: command = ["sh", "-c", ${quote(line)}]`,
      },
    ];
  });
