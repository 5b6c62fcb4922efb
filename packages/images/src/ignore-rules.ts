import { lstat, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import ignore from "ignore";

/** Which files git leaves alone; grows with each folder that has a `.gitignore`. */
export interface IgnoreRules {
  /** @param path relative to the folder that was asked for, with `/`; one of a directory ends with `/` */
  ignores(path: string): boolean;
  /** The rules that hold inside `directory`, a path like that of `ignores`, `""` for the folder itself. */
  enter(directory: string): Promise<IgnoreRules>;
}

/** A `.gitignore` of more than this is not one. */
const largestIgnoreFile = 1024 * 1024;

/**
 * Rules as git applies them (gitignore(5)): those of each folder from the repository's root down, later and deeper ones
 * first, and `.git/info/exclude`. A folder that is itself ignored is its own root: who deploys it means it.
 *
 * @param folder absolute, without links
 */
export async function ignoreRules(folder: string): Promise<IgnoreRules> {
  const root = await repositoryRoot(folder);
  if (root === undefined) return rulesFor(folder, "", []);
  const below = relative(root, folder).split(sep).join("/");
  let patterns: readonly string[] = await patternsOf(join(root, ".git/info/exclude"), "");
  let rules = rulesFor(root, "", patterns);
  let directory = "";
  for (const name of below === "" ? [] : below.split("/")) {
    rules = await rules.enter(directory);
    patterns = [...patterns, ...(await patternsOf(join(root, directory, ".gitignore"), directory))];
    directory = directory === "" ? name : `${directory}/${name}`;
    if (rules.ignores(`${directory}/`)) return rulesFor(folder, "", []);
  }
  return rulesFor(root, below === "" ? "" : `${below}/`, patterns);
}

/** All patterns are kept relative to `root`, so that one of a deeper folder can take back one of a higher. */
function rulesFor(root: string, prefix: string, patterns: readonly string[]): IgnoreRules {
  const matcher = ignore({ ignorecase: false }).add([...patterns]);
  const rules: IgnoreRules = {
    ignores: (path) => matcher.ignores(`${prefix}${path}`),
    async enter(directory) {
      const full = `${prefix}${directory}`.replace(/\/$/, "");
      const added = await patternsOf(join(root, full, ".gitignore"), full);
      return added.length === 0 ? rules : rulesFor(root, prefix, [...patterns, ...added]);
    },
  };
  return rules;
}

async function repositoryRoot(folder: string): Promise<string | undefined> {
  for (let here = folder; ; here = dirname(here)) {
    // A file in worktrees and submodules.
    if ((await lstat(join(here, ".git")).catch(() => undefined)) !== undefined) return here;
    if (dirname(here) === here) return undefined;
  }
}

async function patternsOf(file: string, directory: string): Promise<readonly string[]> {
  // Git does not follow a link here either.
  const about = await lstat(file).catch(() => undefined);
  if (about?.isFile() !== true || about.size > largestIgnoreFile) return [];
  return (await readFile(file, "utf8"))
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => (directory === "" ? line : movedBelow(directory, line)));
}

/** The same pattern seen from the root: one with a slash inside is anchored at its folder, another holds at any depth. */
function movedBelow(directory: string, pattern: string): string {
  const negated = pattern.startsWith("!");
  const body = negated ? pattern.slice(1) : pattern;
  const anchored = body.trimEnd().replace(/\/$/, "").includes("/");
  const base = directory.replace(/[\\*?[\]!# ]/g, "\\$&");
  return `${negated ? "!" : ""}/${base}/${anchored ? body.replace(/^\//, "") : `**/${body}`}`;
}
