import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { ManifestFile } from "@fairway/intake";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Shell } from "../terminal/shell.ts";

/** Bytes of one file, or of standard input. */
const largest = 32 * 1024 * 1024;
const mostFiles = 5_000;
const skipped = new Set(["node_modules", "vendor", "charts"]);

/**
 * The manifests that a user names: a file, a folder with all that is below it, or `-` for standard input. Of a folder those
 * YAML and JSON files are taken that have an apiVersion.
 */
export async function readManifests(shell: Shell, where: string): Promise<readonly ManifestFile[]> {
  if (where === "-") {
    const text = await shell.input.readAll(largest).catch((cause: unknown) => {
      throw cause instanceof RangeError ? tooLarge("what came on standard input") : cause;
    });
    return [{ name: "stdin", text }];
  }
  const path = resolve(shell.folder, where);
  const about = await stat(path).catch(() => undefined);
  if (about === undefined) {
    throw new CommandFailure("manifests-missing", `There is no ${where}.`, {
      exitCode: exitCode.usage,
      advice: "name a file or a folder of manifests, or - for standard input",
    });
  }
  if (!about.isDirectory()) return [await readManifest(path, where)];
  const names = await readdir(path);
  if (names.some((name) => /^kustomization\.ya?ml$|^Kustomization$/.test(name))) {
    throw new CommandFailure("kustomize-folder", `${where} is a folder of Kustomize: its files are parts.`, {
      exitCode: exitCode.usage,
      advice: `kubectl kustomize ${where} | fairway import -`,
    });
  }
  if (names.includes("Chart.yaml")) {
    throw new CommandFailure("chart-folder", `${where} is a Helm chart: its files are templates.`, {
      exitCode: exitCode.usage,
      advice: `fairway import --helm ${where}`,
    });
  }
  const files: ManifestFile[] = [];
  for (const file of await filesBelow(path)) {
    const one = await readManifest(file, relative(shell.folder, file));
    if (/^\s*"?apiVersion"?\s*:/m.test(one.text) || /"apiVersion"\s*:/.test(one.text)) files.push(one);
  }
  if (files.length === 0) {
    throw new CommandFailure("manifests-missing", `There are no Kubernetes manifests in ${where}.`, {
      exitCode: exitCode.usage,
      advice: "manifests are YAML or JSON files with apiVersion and kind; for a folder of code: fairway init",
    });
  }
  return files;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith(".") && !skipped.has(entry.name))
      found.push(...(await filesBelow(path)));
    else if (entry.isFile() && /\.(ya?ml|json)$/.test(entry.name)) found.push(path);
    if (found.length > mostFiles) {
      throw new CommandFailure("manifests-too-many", `${folder} has more than ${mostFiles} files of manifests.`, {
        exitCode: exitCode.usage,
        advice: "name the folder of one team's services",
      });
    }
  }
  return found;
}

async function readManifest(path: string, name: string): Promise<ManifestFile> {
  const { size } = await stat(path);
  if (size > largest) throw tooLarge(name);
  return { name, text: await readFile(path, "utf8") };
}

function tooLarge(name: string): CommandFailure {
  return new CommandFailure(
    "manifests-too-large",
    `${name} is larger than ${largest / 1024 / 1024} MiB: no manifest is.`,
    {
      exitCode: exitCode.usage,
    },
  );
}
