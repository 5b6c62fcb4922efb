import { type ExecFileException, execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const fetched = fileURLToPath(new URL("../../../../node_modules/.cache/fairway/kubectl", import.meta.url));

/** The kubectl to test with: `$KUBECTL`, what `scripts/fetch-kubectl.ts` fetched, or the machine's; undefined when there is none. */
export function findKubectl(): string | undefined {
  const asked = process.env["KUBECTL"];
  if (asked !== undefined && asked !== "") return asked;
  if (existsSync(fetched)) return fetched;
  return spawnSync("kubectl", ["version", "--client"]).status === 0 ? "kubectl" : undefined;
}

export interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl against one cluster, with a home of its own. */
export function kubectlFor(
  binary: string,
  directory: string,
  kubeconfig: string,
): (args: readonly string[], input?: string) => Promise<KubectlAnswer> {
  const home = join(directory, "home");
  mkdirSync(home, { recursive: true });
  const config = join(home, "kubeconfig");
  writeFileSync(config, kubeconfig, { mode: 0o600 });
  const env = { PATH: process.env["PATH"], HOME: home, KUBECONFIG: config, KUBE_EDITOR: "true" };
  return (args, input) =>
    new Promise((resolve) => {
      const child = execFile(
        binary,
        [...args],
        { env, timeout: 30_000, cwd: home },
        (error: ExecFileException | null, stdout: string, stderr: string) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end(input ?? "");
    });
}
