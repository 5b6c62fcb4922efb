import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CommandFailure, exitCode } from "../command-failure.ts";

/**
 * The objects that a team brings itself: the YAML and JSON files of `kubernetes/` beside an app.toml, by name. Empty where
 * there is no such folder; other files in it are nobody's business. Throws `CommandFailure` for what no server takes.
 *
 * @param folder absolute, the one of the app.toml
 */
export async function readKubernetesFiles(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(join(folder, "kubernetes"), { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => !entry.isDirectory() && /\.(ya?ml|json)$/i.test(entry.name))
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) return {};
  // Offline commands need nothing else of the API, and most services bring no files.
  const { kubernetesFileName, kubernetesLimits } = await import("@fairway/api");
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
    if ((await stat(path)).size > 4 * characters) left = -1;
    else files.push([name, await readFile(path, "utf8")]);
    left -= files.at(-1)?.[1].length ?? 0;
    if (left < 0) throw refused(`The files of kubernetes/ have more than ${characters} characters together.`);
  }
  return Object.fromEntries(files);
}

function refused(message: string, advice?: string): CommandFailure {
  return new CommandFailure("kubernetes-files-not-valid", message, {
    exitCode: exitCode.usage,
    ...(advice === undefined ? {} : { advice }),
  });
}
