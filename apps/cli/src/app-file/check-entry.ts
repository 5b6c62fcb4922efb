import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceSpec } from "@fairway/spec";
import { CommandFailure, exitCode } from "../command-failure.ts";

/**
 * `node .` needs something to start: better said before the upload than by a crash in every cluster. Only where nothing is
 * built: a build may make the file.
 */
export async function checkEntry(folder: string, spec: ServiceSpec): Promise<void> {
  if (spec.engine.name !== "node" || spec.run.command !== undefined || spec.build.command !== undefined) return;
  const main = await mainOf(join(folder, "package.json"));
  const candidates = main === undefined ? ["index.js"] : [main, `${main}.js`, `${main}/index.js`, "index.js"];
  for (const candidate of [...candidates, "index.json", "index.node"])
    if (await exists(join(folder, candidate))) return;
  throw new CommandFailure(
    "entry-missing",
    `The service would start with "node .", but there is no ${main ?? "index.js"} in its folder.`,
    {
      exitCode: exitCode.usage,
      advice: `name the file: [run] command = "node server.js" in app.toml, or "main" in package.json`,
    },
  );
}

async function mainOf(packageFile: string): Promise<string | undefined> {
  try {
    const about: unknown = JSON.parse(await readFile(packageFile, "utf8"));
    return typeof about === "object" &&
      about !== null &&
      "main" in about &&
      typeof about.main === "string" &&
      about.main !== ""
      ? about.main
      : undefined;
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
