/** The real server in a process of its own, without a supervisor: whoever kills it says when the next one starts, and measures from there. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Client, createClient } from "@fairway/api";
import { checkout, type Scope } from "../../e2e/platform.ts";
import { freePort } from "../../free-port.ts";

export interface ServerProcess {
  readonly url: string;
  readonly client: Client;
  /** Starts a process on the same state and port; resolves when it listens. `begun`: milliseconds since the epoch. */
  start(): Promise<{ readonly begun: number }>;
  /** Of the process that runs now. */
  pid(): number | undefined;
  /** `kill -9`; resolves when the process has gone. */
  kill(): Promise<void>;
  /** Runs the `fairway` command against it; the code is asserted. */
  fairway(code: number, ...args: readonly string[]): Promise<string>;
  /** What it wrote, of all its processes. */
  log(): Promise<string>;
  /** Opens the inspector of the process that runs now; resolves with the address of its WebSocket. */
  inspect(): Promise<string>;
}

/** Starts the first process; the last one stops, and its state goes, at the end of the scope. */
export async function startServerProcess(scope: Scope): Promise<ServerProcess> {
  const home = await mkdtemp(path.join(tmpdir(), "fairway-server-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = path.join(home, "server.log");
  const env: NodeJS.ProcessEnv = { ...process.env, FAIRWAY_HOME: home, FAIRWAY_PORT: String(port), NO_COLOR: "1" };
  delete env.NODE_TEST_CONTEXT;
  let current: ChildProcess | undefined;

  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    const child = current;
    current = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  const start = async () => {
    const log = await open(logFile, "a", 0o600);
    const begun = Date.now();
    // With a channel and a pipe, as a supervisor starts it: it ends when this process does.
    const program = path.join(checkout, "apps/server/src/main.ts");
    const child = spawn(process.execPath, ["--inspect-port=127.0.0.1:0", program], {
      env,
      stdio: ["pipe", log.fd, log.fd, "ipc"],
    });
    current = child;
    await log.close();
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", () => {
        void readFile(logFile, "utf8").then((text) => reject(new Error(`the server ended:\n${text.slice(-2_000)}`)));
      });
    });
    return { begun };
  };
  scope.after(async () => {
    await end("SIGTERM");
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  await start();
  const token = (await readFile(path.join(home, "admin-token"), "utf8")).trim();
  return {
    url,
    client: createClient({ baseUrl: url, token }),
    start,
    pid: () => current?.pid,
    kill: () => end("SIGKILL"),
    log: () => readFile(logFile, "utf8"),
    async inspect() {
      const before = (await readFile(logFile, "utf8")).length;
      current?.kill("SIGUSR1");
      for (const end = Date.now() + 5_000; Date.now() < end; ) {
        const said = (await readFile(logFile, "utf8")).slice(before);
        const address = /^Debugger listening on (ws:\S+)$/m.exec(said)?.[1];
        if (address !== undefined) return address;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error("the server's inspector does not listen");
    },
    fairway: (code, ...args) =>
      new Promise((resolve, reject) => {
        const command = [path.join(checkout, "apps/cli/bin/fairway.js"), ...args];
        const told = { env: { ...env, FAIRWAY_URL: url, FAIRWAY_TOKEN: token }, timeout: 60_000 };
        execFile(process.execPath, command, told, (error, stdout, stderr) => {
          const ended = error === null ? 0 : error.code;
          if (ended === code) resolve(stdout);
          else
            reject(new assert.AssertionError({ message: `fairway ${args.join(" ")}: ${ended}\n${stdout}${stderr}` }));
        });
      }),
  };
}
