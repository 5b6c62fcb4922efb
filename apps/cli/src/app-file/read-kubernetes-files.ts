import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { kubernetesFileName, kubernetesLimits } from "@fairway/api";
import { CommandFailure, exitCode } from "../command-failure.ts";

/**
 * The objects that a team brings itself: the YAML and JSON files of `kubernetes/` beside an app.toml, by name. Empty where
 * there is no such folder; other files in it are nobody's business. Throws `CommandFailure` for what no server takes.
 *
 * @param folder absolute, the one of the app.toml
 */
export function readKubernetesFiles(folder: string): Readonly<Record<string, string>> {
  const entries = entriesOf(join(folder, "kubernetes"));
  const names = entries
    .filter((entry) => !entry.isDirectory() && /\.(ya?ml|json)$/i.test(entry.name))
    .map(({ name }) => name)
    .sort();
  const odd = names.find((name) => !kubernetesFileName.test(name));
  if (odd !== undefined) {
    throw refused(
      `The name of ${JSON.stringify(`kubernetes/${odd}`)} cannot be taken.`,
      'rename it: letters, digits, ".", "_" and "-", with the ending .yaml, .yml or .json',
    );
  }
  const { files: most, characters } = kubernetesLimits;
  if (names.length > most) throw refused(`kubernetes/ has ${names.length} files, the limit is ${most}.`);
  const files: (readonly [string, string])[] = [];
  let left: number = characters;
  for (const name of names) {
    const path = join(folder, "kubernetes", name);
    // A character has at most four bytes: what is larger is not even read.
    if (statSync(path).size > 4 * characters) left = -1;
    else files.push([name, readFileSync(path, "utf8")]);
    left -= files.at(-1)?.[1].length ?? 0;
    if (left < 0) throw refused(`The files of kubernetes/ have more than ${characters} characters together.`);
  }
  return Object.fromEntries(files);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function refused(message: string, advice?: string): CommandFailure {
  return new CommandFailure("kubernetes-files-not-valid", message, {
    exitCode: exitCode.usage,
    ...(advice === undefined ? {} : { advice }),
  });
}
