import type { Settings } from "../schema/app-toml.ts";
import { nodeAt, type TomlTable } from "../toml/tree.ts";
import { quote } from "./quote.ts";
import type { RangedIssue } from "./shape-issues.ts";

/**
 * A ready image and what would be built exclude each other; after the overrides of an environment are merged in, since
 * one part may come from there.
 */
export function readyImageIssues(of: TomlTable, root: TomlTable, settings: Settings): readonly RangedIssue[] {
  const { engine, build = {} } = settings;
  const at = (path: readonly string[]) => nodeAt(of, path) ?? nodeAt(root, path);
  const engineRange = at(["engine", "name"])?.node.range ?? [0, 0];
  if (build.image === undefined) {
    if (engine?.name !== "image") return [];
    return [
      {
        code: "missing",
        message: 'the engine "image" needs an image under [build]',
        range: engineRange,
        hint: 'for example, under [build]: image = "registry.example.com/team/app:1.2"',
      },
    ];
  }
  const beside = (["command", "base", "exclude"] as const).filter((key) => build[key] !== undefined);
  return [
    ...beside.map((key) => ({
      code: "not-together",
      message: `"image" and ${quote(key)} cannot stand together in [build]`,
      range: at(["build", "image"])?.key ?? [0, 0],
      hint: `a ready image is not built: take "image" or ${quote(key)} out`,
    })),
    ...(engine?.name === undefined || engine.name === "image"
      ? []
      : [
          {
            code: "not-together",
            message: `the engine ${quote(engine.name)} and "image" in [build] cannot stand together`,
            range: engineRange,
            hint: "take the engine's name out: a ready image brings its own",
          },
        ]),
  ];
}
