import { access, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The command that builds a folder, a line for `sh`; undefined when there is nothing to do.
 *
 * @param engine `[engine] name`
 * @param command `[build] command`; an empty one says that nothing is to be built
 */
export async function buildCommand(
  folder: string,
  engine: string,
  command: string | undefined,
): Promise<string | undefined> {
  if (command !== undefined) return command.trim() === "" ? undefined : command;
  if (engine === "golang") return "CGO_ENABLED=0 go build -o app .";
  if (engine !== "node") return undefined;
  if (await exists(join(folder, "package-lock.json"))) return "npm ci --omit=dev";
  return (await hasDependencies(join(folder, "package.json"))) ? "npm install --omit=dev" : undefined;
}

async function hasDependencies(packageFile: string): Promise<boolean> {
  try {
    const about: unknown = JSON.parse(await readFile(packageFile, "utf8"));
    if (typeof about !== "object" || about === null || !("dependencies" in about)) return false;
    const { dependencies } = about;
    return typeof dependencies === "object" && dependencies !== null && Object.keys(dependencies).length > 0;
  } catch {
    // Not there, or not JSON: the service itself will tell when it needs it.
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
