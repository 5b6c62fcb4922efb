import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Shell } from "../terminal/shell.ts";

/** An app.toml as it was read, not parsed yet. */
export interface AppFile {
  /** As messages name it. */
  readonly name: string;
  readonly text: string;
  /** Absolute folder that it lies in; of `-` the current one. */
  readonly folder: string;
  /** Names of the files in `rpc/` beside it: contract copies. */
  readonly contracts: readonly string[];
}

/** The parser refuses less than this; beyond it, a file is not even read. */
const largest = 16 * 1024 * 1024;

const foldersTried = 100;

/** @param where a folder with an app.toml, a file, or `-` for standard input */
export async function readAppFile(shell: Shell, where: string): Promise<AppFile> {
  if (where === "-") {
    const text = await shell.input.readAll(largest).catch((error: unknown) => {
      throw error instanceof RangeError ? tooLarge("standard input") : error;
    });
    return { name: "app.toml", text, folder: shell.folder, contracts: [] };
  }
  const given = resolve(shell.folder, where);
  const about = statOf(given);
  if (about === undefined) {
    throw new CommandFailure("app-toml-missing", `There is no ${where}.`, {
      exitCode: exitCode.usage,
      advice: "name a folder with an app.toml, or the file itself",
    });
  }
  const path = about.isDirectory() ? join(given, "app.toml") : given;
  const file = statOf(path);
  if (file === undefined) {
    const nearby = nearbyFolders(given);
    const place = (folder: string) => relative(shell.folder, folder) || ".";
    throw new CommandFailure("app-toml-missing", `There is no app.toml in ${where === "." ? "this folder" : where}.`, {
      exitCode: exitCode.usage,
      advice:
        nearby.length === 0
          ? 'write one (a line is enough: name = "user"); every field: fairway help app.toml'
          : `there is one in: ${nearby.map(place).join(", ")}`,
    });
  }
  if (!file.isFile()) {
    throw new CommandFailure("app-toml-missing", `${where} is neither a folder nor a file.`, {
      exitCode: exitCode.usage,
    });
  }
  if (file.size > largest) throw tooLarge(where);
  const folder = resolve(path, "..");
  return {
    // As the user would write it.
    name: isAbsolute(where) ? path : relative(shell.folder, path),
    text: readFileSync(path, "utf8"),
    folder,
    contracts: entriesOf(join(folder, "rpc"))
      .map(({ name }) => name)
      .toSorted(),
  };
}

/** Where somebody in the wrong folder probably wanted to be: the folders around it that have an app.toml. */
function nearbyFolders(folder: string): readonly string[] {
  const below = entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .slice(0, foldersTried)
    .map(({ name }) => join(folder, name));
  const above = [resolve(folder, ".."), resolve(folder, "../..")];
  const has = [...above, ...below].filter((one) => statOf(join(one, "app.toml"))?.isFile() === true);
  return [...new Set(has)].slice(0, 5);
}

// Not by promises: to load what Node needs for them takes longer than to read the file.

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function tooLarge(name: string): CommandFailure {
  return new CommandFailure(
    "app-toml-not-valid",
    `${name} is larger than ${largest / 1024 / 1024} MiB: no app.toml is.`,
    {
      exitCode: exitCode.usage,
    },
  );
}
