import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const bin = join(dirname(fileURLToPath(import.meta.url)), "../../bin/fairway.js");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a user would, with pipes for a terminal and nothing of this process's environment but the path. */
export function runCli(
  args: readonly string[],
  options: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly folder?: string;
    readonly stdin?: string;
    /** Presses Ctrl-C. */
    readonly signal?: AbortSignal;
    /** Called with all output so far. */
    readonly onOutput?: (out: string, interrupt: () => void) => void;
  } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.folder ?? tmpdir(),
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", XDG_CONFIG_HOME: "/nonexistent", ...options.environment },
    stdio: "pipe",
    timeout: 60_000,
  });
  options.signal?.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  const text = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    text.out += chunk.toString();
    options.onOutput?.(text.out, () => child.kill("SIGINT"));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    text.err += chunk.toString();
  });
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...text }));
  });
}

/** A service's folder, gone after the test. */
export async function serviceFolder(test: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fairway-cli-test-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** As small as a service can be. */
export const smallService = {
  "app.toml": 'name = "user"\nreplicas = 2\n\n[engine]\nname = "node"\n',
  "index.js": "console.log('hello');\n",
};
