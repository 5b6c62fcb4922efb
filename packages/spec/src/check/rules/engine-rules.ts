import { keyAt, textAt } from "../../toml/look-up.ts";
import { anyOf, quote } from "../quote.ts";
import type { RangedIssue } from "../shape-issues.ts";
import { fileStart, type Rule } from "./rule.ts";

const usualCommands: Readonly<Record<string, string>> = {
  php: '["php", "-S", ...]',
  python: '["python3", "main.py"]',
};
const supported = "golang, php, python, node, image";

/** What an engine needs, and what a ready image excludes. */
export const engineRules: Rule = (settings) => {
  const engine = textAt(settings, "engine", "name");
  const image = keyAt(settings, "build", "image");
  if (engine?.value === "static") {
    return [
      {
        code: "not-supported-yet",
        message: `the engine ${quote(engine.value)} is not supported yet`,
        range: engine.range,
        hint: `supported: ${supported}`,
      },
    ];
  }
  if (image !== undefined) return readyImage(settings, image);
  if (engine?.value === "image") {
    return [
      {
        code: "missing",
        message: 'the engine "image" needs an image under [build]',
        range: engine.range,
        hint: 'for example, under [build]: image = "registry.example.com/team/app:1.2"',
      },
    ];
  }
  const usual = engine === undefined ? undefined : usualCommands[engine.value];
  if (engine === undefined || usual === undefined || keyAt(settings, "run", "command") !== undefined) return [];
  return [
    {
      code: "missing",
      message: `the engine ${quote(engine.value)} needs a command under [run]`,
      range: engine.range,
      hint: `for example, under [run]: command = ${usual}`,
    },
  ];
};

function readyImage(settings: Parameters<Rule>[0], image: RangedIssue["range"]): readonly RangedIssue[] {
  const engine = textAt(settings, "engine", "name");
  const beside = ["command", "base", "exclude"].filter((key) => keyAt(settings, "build", key) !== undefined);
  return [
    ...beside.map((key) => ({
      code: "not-together",
      message: `"image" and ${quote(key)} cannot stand together in [build]`,
      range: image,
      hint: `a ready image is not built: take ${anyOf(["image", key])} out`,
    })),
    ...(engine === undefined || engine.value === "image"
      ? []
      : [
          {
            code: "not-together",
            message: `the engine ${quote(engine.value)} and "image" in [build] cannot stand together`,
            range: engine.range ?? fileStart,
            hint: "take the engine's name out: a ready image brings its own",
          },
        ]),
  ];
}
