import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Shell } from "../terminal/shell.ts";

/** The kubeconfig that the user names, by default the one that kubectl takes. `path` is absolute. */
export async function readKubeconfig(
  shell: Shell,
  named: string | undefined,
): Promise<{ readonly path: string; readonly text: string }> {
  const path = named === undefined ? usualKubeconfig(shell) : resolve(shell.folder, named);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CommandFailure("usage", `The kubeconfig cannot be read: ${path}`, { exitCode: exitCode.usage, cause });
  });
  return { path, text };
}

/** `$KUBECONFIG`, or the file in the home folder, as kubectl takes it. */
function usualKubeconfig({ environment, folder }: Shell): string {
  const named = environment["KUBECONFIG"];
  if (named?.includes(delimiter) === true)
    throw new CommandFailure("usage", "KUBECONFIG names several files.", {
      exitCode: exitCode.usage,
      advice: "say which one has the cluster: --kubeconfig <file>",
    });
  return resolve(folder, named || join(environment["HOME"] ?? homedir(), ".kube/config"));
}
