import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "./settings.ts";

/** What to run, again and again. */
export interface ChildPlan {
  readonly name: string;
  /** A TypeScript or JavaScript file. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly environment: () => Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly onMessage?: (message: unknown, child: Child) => void;
  /** After each start but the first, and after each death: for the terminal. */
  readonly onRestart?: (text: string) => void;
}

/** A process that is kept running. */
export interface Child {
  readonly name: string;
  readonly pid: () => number | undefined;
  /** Resolves at the next `ready` message; rejects when the process ends before. */
  start(): Promise<void>;
  /** Called after each further start. */
  onStart(listener: () => void): void;
  send(message: unknown): void;
  /** Closes its stdin, waits, kills what does not go; resolves when it has gone. It is not started again. */
  stop(): Promise<void>;
}

const firstDelay = 200;
const longestDelay = 10_000;
/** A process that lived this long has recovered: the next delay is short again. */
const settledAfter = 30_000;
/** The longest grace of a pod is 60 s by default rules; a cluster stops its pods within this. */
const stopLimit = 20_000;
const largestLog = 16 * 1024 * 1024;

/**
 * A child keeps running until `stop`: one that dies is started again, later each time. Its stdin is a pipe from this
 * process: when this process ends, however it ends, the child reads the end of it and stops by itself.
 */
export function createChild(plan: ChildPlan): Child {
  let current: ChildProcess | undefined;
  const listeners: (() => void)[] = [];
  let wanted = false;
  let delay = firstDelay;
  let timer: NodeJS.Timeout | undefined;

  const launch = async (): Promise<void> => {
    const log = await openLog(plan.logFile);
    const begin = Date.now();
    const child = spawn(process.execPath, [plan.file, ...(plan.args ?? [])], {
      env: { ...process.env, ...plan.environment() },
      stdio: ["pipe", log.fd, log.fd, "ipc"],
      // Ctrl-C reaches a whole process group: the supervisor alone decides how children stop.
      detached: true,
    });
    await log.close();
    current = child;
    for (const listener of listeners) listener();
    const ready = readyMessage(child, plan);
    child.on("message", (message) => plan.onMessage?.(message, self));
    child.on("error", () => {});
    // A child that has gone breaks the pipe; its exit tells it.
    child.stdin?.on("error", () => {});
    child.once("exit", (code, signal) => {
      if (current === child) current = undefined;
      if (!wanted) return;
      if (Date.now() - begin > settledAfter) delay = firstDelay;
      plan.onRestart?.(`${plan.name} ended (${signal ?? `exit code ${code}`}), is started again; see ${plan.logFile}`);
      timer = setTimeout(() => {
        launch().then(
          () => plan.onRestart?.(`${plan.name} is back`),
          () => {},
        );
      }, delay);
      delay = Math.min(delay * 2, longestDelay);
    });
    await ready;
  };

  const self: Child = {
    name: plan.name,
    pid: () => current?.pid,
    async start() {
      wanted = true;
      delay = firstDelay;
      if (current === undefined) await launch();
    },
    onStart: (listener) => listeners.push(listener),
    send(message) {
      if (current?.connected === true) current.send(message as object, () => {});
    },
    async stop() {
      wanted = false;
      clearTimeout(timer);
      const child = current;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        const kill = setTimeout(() => child.kill("SIGKILL"), stopLimit);
        child.once("exit", () => {
          clearTimeout(kill);
          resolve();
        });
        child.stdin?.end();
      });
    },
  };
  return self;
}

function readyMessage(child: ChildProcess, plan: ChildPlan): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      if (typeof message === "object" && message !== null && "kind" in message && message.kind === "ready") resolve();
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      lastLines(plan.logFile).then(
        (lines) =>
          reject(new UsageError(`${plan.name} ended before it was ready (${how}); ${plan.logFile} says:\n${lines}`)),
        reject,
      );
    });
  });
}

/** One older log is kept, so that logs cannot fill the disk. */
async function openLog(path: string) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const size = await stat(path).then(
    (about) => about.size,
    () => 0,
  );
  if (size > largestLog) await rename(path, `${path}.1`);
  return open(path, "a", 0o600);
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .slice(-5)
    .map((line) => `  ${line.slice(0, 500)}`)
    .join("\n");
}
