import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { buildSnapshot, unpackSnapshot } from "@fairway/images";
import type { Endpoint, Stop, WatchedRun } from "@fairway/intake";
import { commandOf } from "@fairway/manifests";
import type { ServiceSpec } from "@fairway/spec";
import { heldRequest, statusOf, takesConnections } from "./held-request.ts";
import { type GroupFacts, groupFacts } from "./process-facts.ts";
import { changedFiles, treeOf } from "./tree-changes.ts";

export interface WatchOptions {
  /** The service's folder. */
  readonly folder: string;
  readonly spec: ServiceSpec;
  /** The machine's variables: the build gets a selection, the service `PATH` and the language. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it should listen. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** What is going on, for people. */
  readonly onStep?: (step: "building" | "starting" | "watching" | "stopping") => void;
}

const pollMilliseconds = 20;
/** One that listens elsewhere gets this long to listen on `$PORT` too. */
const secondPort = 1_000;
const answerMilliseconds = 5_000;
/** How long a job, which serves nobody, is looked at. */
const jobMilliseconds = 1_000;
const outputKept = 40;
/** Stands for every dependency, so that nobody is called by a check: hardly any machine listens there (RFC 863). */
const discardPort = 9;

/**
 * Builds a folder as a deploy does, starts it in a temporary place with what the platform would give it, looks, and stops
 * it. Nothing of it lives on, whatever happens.
 *
 * @throws SnapshotError when it cannot be built; the signal's reason when it was aborted
 */
export async function watchRun(options: WatchOptions): Promise<WatchedRun> {
  const { folder, spec, signal } = options;
  options.onStep?.("building");
  const place = await mkdtemp(join(tmpdir(), "fairway-check-"));
  try {
    const snapshot = await buildSnapshot({
      folder,
      engine: spec.engine.name,
      command: spec.build.command,
      exclude: spec.build.exclude,
      environment: options.environment,
      signal,
    });
    const app = join(place, "app");
    try {
      await unpackSnapshot(snapshot.tarPath, app, { signal });
    } finally {
      await snapshot.remove();
    }
    for (const name of ["home", "tmp"]) await mkdir(join(place, name));
    const before = await treeOf(app);
    options.onStep?.("starting");
    const port = await freePort();
    const run = start(options, place, port);
    try {
      const seen = await watch(run, options, port);
      const after = await treeOf(app);
      return { ...seen, written: changedFiles(before, after) };
    } finally {
      run.kill();
    }
  } finally {
    await rm(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

interface Running {
  readonly words: readonly string[];
  readonly place: string;
  readonly child: ChildProcess;
  readonly group: number;
  readonly startedAt: number;
  readonly output: readonly string[];
  /** Undefined for as long as it runs. */
  ended(): { readonly code: number | null; readonly signal: string | null; readonly milliseconds: number } | undefined;
  readonly closed: Promise<void>;
  kill(): void;
}

function start({ spec, environment, signal }: WatchOptions, place: string, port: number): Running {
  const env = serviceEnvironment(spec, environment, place, port);
  const words = [...(commandOf(spec) ?? []), ...spec.run.args].map((word) =>
    word.replace(/\$\((\w+)\)/g, (whole, name: string) => env[name] ?? whole),
  );
  const [program = "", ...args] = words;
  const startedAt = performance.now();
  const child = spawn(program, args, {
    cwd: join(place, "app"),
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const group = child.pid ?? -1;
  const output: string[] = [];
  let ended: ReturnType<Running["ended"]>;
  const kill = () => {
    if (group === -1) return;
    try {
      process.kill(-group, "SIGKILL");
    } catch {
      // All of them have ended.
    }
  };
  // Whoever ends us ends what we started.
  const endWithUs = (by: NodeJS.Signals) => {
    kill();
    process.exit(by === "SIGHUP" ? 129 : 143);
  };
  process.once("exit", kill);
  process.once("SIGTERM", endWithUs);
  process.once("SIGHUP", endWithUs);
  signal.addEventListener("abort", kill, { once: true });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      output.push(line.slice(0, 500));
      if (output.length > outputKept) output.shift();
    });
  const closed = new Promise<void>((resolve) => {
    const settle = (code: number | null, by: string | null) => {
      ended ??= { code, signal: by, milliseconds: performance.now() - startedAt };
    };
    child.once("exit", (code, by) => {
      settle(code, by);
      // What it left running may hold its output open.
      setTimeout(resolve, 200).unref();
    });
    child.once("close", () => resolve());
    child.once("error", (error) => {
      output.push(error.message);
      settle(127, null);
      resolve();
    });
  });
  return {
    words,
    place,
    child,
    group,
    startedAt,
    output,
    ended: () => ended,
    closed,
    kill: () => {
      kill();
      process.off("exit", kill);
      process.off("SIGTERM", endWithUs);
      process.off("SIGHUP", endWithUs);
      signal.removeEventListener("abort", kill);
    },
  };
}

async function watch(run: Running, options: WatchOptions, port: number): Promise<Omit<WatchedRun, "written">> {
  const { spec, signal, patience } = options;
  const connections = new Map<string, Endpoint>();
  const openElsewhere = new Set<string>();
  let facts: GroupFacts | undefined;
  const look = () => {
    facts = groupFacts(run.group);
    for (const one of facts?.connections ?? [])
      if (!isTold(spec, one)) connections.set(`${one.address} ${one.port}`, one);
    for (const path of facts?.writing ?? [])
      if (!path.startsWith(run.place) && !/^\/(dev|proc|sys|tmp)\//.test(path))
        openElsewhere.add(path.replace(/ \(deleted\)$/, ""));
  };
  const isJob = spec.kind === "job";
  const listening = await untilListening();
  let health: WatchedRun["health"] = [];
  if (listening !== undefined) {
    options.onStep?.("watching");
    health = await healthAnswers(spec, port, signal);
    // Many do their first work with their first request.
    if (health.length === 0) await statusOf(port, "/", answerMilliseconds);
  }
  look();
  const ended = run.ended();
  if (ended !== undefined) await run.closed;
  const memory = ended === undefined ? facts?.memory : undefined;
  const sockets = facts?.listening;
  options.onStep?.("stopping");
  const path = health[0]?.path ?? "/";
  const stop =
    ended === undefined
      ? await stopped(run, spec, listening === undefined ? undefined : { port, path }, signal)
      : undefined;
  return {
    command: run.words,
    port,
    patience,
    ended,
    listening,
    sockets,
    health,
    openElsewhere: [...openElsewhere],
    connections: [...connections.values()],
    memory,
    output: [...run.output],
    stop,
  };

  async function untilListening(): Promise<number | undefined> {
    let elsewhere: number | undefined;
    for (;;) {
      signal.throwIfAborted();
      const elapsed = performance.now() - run.startedAt;
      if (run.ended() !== undefined) return undefined;
      if (!isJob && (await takesConnections(port))) return elapsed;
      look();
      if ((facts?.listening ?? []).some((one) => one.port !== port)) elsewhere ??= elapsed;
      if (elapsed > (isJob ? jobMilliseconds : patience)) return undefined;
      if (elsewhere !== undefined && elapsed - elsewhere > secondPort) return undefined;
      await wait(pollMilliseconds);
    }
  }
}

/** Whether a variable led there: of a dependency, or one of `[env]` that names the address or its port. */
function isTold({ env }: ServiceSpec, { address, port }: Endpoint): boolean {
  if (address === "127.0.0.1" && port === discardPort) return true;
  return Object.values(env).some((value) => value.includes(address) || new RegExp(`(^|:)${port}(/|$)`).test(value));
}

async function healthAnswers(spec: ServiceSpec, port: number, signal: AbortSignal): Promise<WatchedRun["health"]> {
  const answers: { check: string; path: string; status: number | undefined }[] = [];
  for (const check of ["startup", "ready", "live"] as const) {
    const asked = spec.health[check];
    if (asked === undefined || asked === false) continue;
    // It may become ready only some time after it listens.
    const until = performance.now() + Math.min(answerMilliseconds, asked.period * asked.threshold * 1000);
    let status: number | undefined;
    for (;;) {
      signal.throwIfAborted();
      status = await statusOf(port, asked.path, asked.timeout * 1000);
      if ((status !== undefined && status >= 200 && status < 400) || performance.now() > until) break;
      await wait(pollMilliseconds * 5);
    }
    answers.push({ check, path: asked.path, status });
  }
  return answers;
}

async function stopped(
  run: Running,
  spec: ServiceSpec,
  ask: { readonly port: number; readonly path: string } | undefined,
  signal: AbortSignal,
): Promise<Stop> {
  const held = ask === undefined ? undefined : await heldRequest(ask.port, ask.path);
  // A whole request after it: once that is answered, the program has read what there was of the first.
  if (ask !== undefined) await statusOf(ask.port, ask.path, answerMilliseconds);
  const begin = performance.now();
  // As Kubernetes: the first process only.
  run.child.kill("SIGTERM");
  const grace = spec.run.grace * 1000;
  const isOver = () => performance.now() - begin > grace;
  // The signal has arrived when it takes no new connections, or is gone.
  while (ask !== undefined && run.ended() === undefined && performance.now() - begin < Math.min(grace, 500)) {
    if (!(await takesConnections(ask.port))) break;
    await wait(pollMilliseconds);
  }
  const request = await Promise.race([
    held?.finish(),
    wait(Math.max(pollMilliseconds, Math.min(grace, answerMilliseconds)), undefined, { ref: false }),
  ]);
  while (run.ended() === undefined && !isOver()) {
    signal.throwIfAborted();
    await wait(pollMilliseconds);
  }
  held?.abandon();
  const ended = run.ended();
  const leftBehind = ended !== undefined && (groupFacts(run.group)?.pids.length ?? 0) > 0;
  return {
    milliseconds: ended === undefined ? undefined : performance.now() - begin,
    bySignal: ended?.signal === "SIGTERM",
    request: held === undefined ? undefined : (request ?? "cut"),
    leftBehind,
  };
}

/** What a pod has: the platform's own, `[env]`, addresses of dependencies, something in place of secrets. */
function serviceEnvironment(
  spec: ServiceSpec,
  machine: Readonly<Record<string, string | undefined>>,
  place: string,
  port: number,
): Record<string, string> {
  const inherited = Object.fromEntries(
    ["PATH", "LANG", "LC_ALL", "TZ"].flatMap((name) => (machine[name] === undefined ? [] : [[name, machine[name]]])),
  );
  const addresses = spec.dependencies.map(({ name }) => [
    `SERVICE_${name.toUpperCase().replaceAll("-", "_")}_URL`,
    `http://127.0.0.1:${discardPort}`,
  ]);
  return {
    ...inherited,
    ...Object.fromEntries(spec.secrets.required.map((name) => [name, "not-a-secret"])),
    ...Object.fromEntries(addresses),
    ...spec.env,
    HOSTNAME: `${spec.name}-check`,
    HOME: join(place, "home"),
    TMPDIR: join(place, "tmp"),
    PORT: String(port),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
