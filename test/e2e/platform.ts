/** A whole platform in processes of its own, started as a user starts it, with everything in a folder that is removed at the end. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@fairway/api";

export const checkout = fileURLToPath(new URL("../..", import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Platform {
  readonly home: string;
  /** A folder for the services of the test. */
  readonly folder: string;
  readonly url: string;
  readonly edgePort: number;
  readonly client: Client;
  /** By child name: `server`, `edge`, `cluster alpha`, ... as they were when the platform was ready. */
  readonly pids: Readonly<Record<string, number>>;
  readonly supervisor: ChildProcess;
  /** What the `fairway` command reads of its environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Seconds from the supervisor's begin to ready. */
  readonly seconds: number;
  /** Runs the `fairway` command, as in a script: no terminal. */
  fairway(
    args: readonly string[],
    options?: { readonly cwd?: string; readonly input?: string },
  ): Promise<CommandResult>;
  /** A request through the edge. */
  get(service: string, pathname?: string): Promise<Answer>;
  /** Ends with SIGTERM and waits. */
  stop(): Promise<void>;
}

export interface PlatformOptions {
  readonly examples?: boolean;
  /** An existing home, to start a second time. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Whatever ends and then cleans up: a test's context, or a bench. */
export interface Scope {
  after(cleanUp: () => Promise<void>): void;
}

const stopsOf = new WeakMap<Scope, readonly (() => Promise<void>)[]>();

/** Starts a platform and stops it at the end of the scope. */
export async function startPlatform(scope: Scope, options: PlatformOptions = {}): Promise<Platform> {
  const root = await mkdtemp(path.join(tmpdir(), "fairway-e2e-"));
  const home = options.home ?? path.join(root, "home");
  const folder = path.join(root, "services");
  await mkdir(folder, { recursive: true });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    FAIRWAY_HOME: home,
    FAIRWAY_PORT: "0",
    FAIRWAY_EDGE_PORT: "0",
    XDG_CONFIG_HOME: path.join(root, "config"),
    NO_COLOR: "1",
    ...options.env,
  };
  delete env.NODE_TEST_CONTEXT;
  const supervisor = spawn(
    process.execPath,
    [path.join(checkout, "start.mjs"), "--json", ...(options.examples === true ? [] : ["--no-examples"])],
    { cwd: checkout, env, stdio: ["ignore", "pipe", "pipe"] },
  );
  let complaints = "";
  supervisor.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => supervisor.once("close", () => resolve()));
  const stop = async () => {
    if (supervisor.exitCode === null && supervisor.signalCode === null) supervisor.kill("SIGTERM");
    await exited;
  };
  const stops = stopsOf.get(scope) ?? [];
  stopsOf.set(scope, [...stops, stop]);
  scope.after(async () => {
    // A second platform may live in the first one's home: none is running when a folder goes.
    await Promise.all((stopsOf.get(scope) ?? []).map((stopOne) => stopOne()));
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const ready = await new Promise<ReadyLine>((resolve, reject) => {
    createInterface({ input: supervisor.stdout }).on("line", (line) => {
      const value: unknown = JSON.parse(line);
      if (isReady(value)) resolve(value);
    });
    void exited.then(() => reject(new Error(`the platform ended before it was ready: ${complaints}`)));
  });
  const token = (await readFile(path.join(home, "admin-token"), "utf8")).trim();
  const client = createClient({ baseUrl: ready.url, token });
  return {
    home,
    folder,
    url: ready.url,
    edgePort: ready.edgePort,
    client,
    pids: ready.pids,
    supervisor,
    env,
    seconds: ready.seconds,
    fairway: (args, { cwd = folder, input = "" } = {}) =>
      new Promise((resolve) => {
        const child = execFile(
          process.execPath,
          [path.join(checkout, "apps/cli/bin/fairway.js"), ...args],
          { cwd, env, timeout: 180_000, maxBuffer: 1 << 26 },
          (error, stdout, stderr) => {
            const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
            resolve({ code, stdout, stderr });
          },
        );
        child.stdin?.end(input);
      }),
    get: (service, pathname = "/") => getThrough(ready.edgePort, `${service}.localhost`, pathname),
    stop,
  };
}

interface ReadyLine {
  readonly url: string;
  readonly edgePort: number;
  readonly seconds: number;
  readonly pids: Readonly<Record<string, number>>;
}

function isReady(value: unknown): value is ReadyLine {
  return typeof value === "object" && value !== null && "ready" in value && value.ready === true;
}

/** One request on a connection of its own, with the Host that a browser would send. */
export function getThrough(port: number, host: string, pathname: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path: pathname, headers: { host: `${host}:${port}` }, agent: false, timeout: 15_000 },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer within 15 s")));
    sent.on("error", reject);
    sent.end();
  });
}

/** Writes a service's folder. */
export async function writeService(
  platform: Platform,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = path.join(platform.folder, name);
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
  return folder;
}

export interface Load {
  /** Stops and tells what happened. */
  stop(): Promise<{
    readonly answered: number;
    readonly failed: readonly string[];
    readonly bodies: ReadonlySet<string>;
  }>;
}

/** Requests at a constant rate through the edge, each on a connection of its own, until stopped. */
export function constantLoad(platform: Platform, service: string, perSecond: number): Load {
  const failed: string[] = [];
  const bodies = new Set<string>();
  const running = new Set<Promise<void>>();
  let answered = 0;
  const timer = setInterval(() => {
    const one = platform.get(service).then(
      ({ status, body }) => {
        if (status === 200) {
          answered += 1;
          bodies.add(body);
        } else failed.push(`${status} ${body.slice(0, 200)}`);
      },
      (error: Error) => void failed.push(error.message),
    );
    running.add(one);
    void one.finally(() => running.delete(one));
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return { answered, failed, bodies };
    },
  };
}

/** Repeats until the check gives something; fails with the last reason. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
