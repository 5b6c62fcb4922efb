import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@fairway/api";
import { type Child, createChild } from "./child.ts";
import { choosePort } from "./choose-port.ts";
import { writeContextFile } from "./context-file.ts";
import { deployExamples } from "./deploy-examples.ts";
import { type EmbeddedClusters, embeddedClusters } from "./embedded-clusters.ts";
import { type HomeLock, lockHome } from "./home-lock.ts";
import { servicePorts } from "./service-ports.ts";
import type { Settings } from "./settings.ts";
import { jsonTerminal, type Terminal, textTerminal } from "./terminal.ts";

const environment = "prod";
const clusterNames = ["alpha", "beta"];

/** Starts everything, and keeps it running until a signal, or the end of the process that started this one. */
export async function supervise(settings: Settings): Promise<void> {
  const terminal = settings.json ? jsonTerminal(process.stdout) : textTerminal(process.stdout, () => performance.now());
  const stopping = stopSignal();
  const lock = await lockHome(settings.home);
  const children: Child[] = [];
  try {
    // A signal ends a start that is still under way too.
    await Promise.race([stopping.happened, run(settings, terminal, lock, children, stopping.signal)]);
    await stopping.happened;
  } finally {
    await stopAll(children, lock, terminal);
  }
}

/** @param children filled with what has been started, for whoever stops it */
async function run(
  settings: Settings,
  terminal: Terminal,
  lock: HomeLock,
  children: Child[],
  signal: AbortSignal,
): Promise<void> {
  const begin = performance.now();
  const { home } = settings;
  const ports = await choosePorts(settings, terminal);
  const url = `http://127.0.0.1:${ports.server}`;
  await lock.update({ url });
  const clusters = embeddedClusters({
    ...{ home, environment, terminal },
    names: clusterNames,
    servicePorts: await servicePorts(home, clusterNames.length, settings.servicePorts),
  });
  const server = serverChild(settings, ports, clusters, terminal);
  const edge = edgeChild(settings, ports, url, terminal);
  if (signal.aborted) return;
  children.push(...clusters.children, server, edge);
  clusters.onChange(() => server.send(clusters.message()));
  // All at once: the server hears of a cluster when it is up, the edge of routes when there are some.
  await Promise.all([
    ...clusters.children.map((child) => started(child, terminal)),
    started(server, terminal, url),
    started(edge, terminal, `http://127.0.0.1:${ports.edge}`),
  ]);
  const tellChildren = () => lock.update({ children: pidsOf(children) });
  await tellChildren();
  for (const child of children) child.onStart(() => void tellChildren());

  const tokenFile = join(home, "admin-token");
  const token = (await readFile(tokenFile, "utf8")).trim();
  await writeContextFile(settings.contextFile, { url, tokenFile, home });
  const client = createClient({ baseUrl: url, token });
  const { examples } = settings;
  const services = examples === undefined ? [] : await deployExamples(examples, client, terminal, signal);
  if (signal.aborted) return;
  const { code } = await client.createSignInCode();
  announce(terminal, { url, code, ports, services, home, pids: pidsOf(children), begin });
}

interface Ports {
  readonly server: number;
  readonly edge: number;
}

async function choosePorts(settings: Settings, terminal: Terminal): Promise<Ports> {
  const server = await choosePort(settings.server, new Set(settings.edge.asked ? [settings.edge.port] : []));
  const edge = await choosePort(settings.edge, new Set([server]));
  for (const [wish, port] of [
    [settings.server, server],
    [settings.edge, edge],
  ] as const) {
    if (!wish.asked && port !== wish.port) terminal.line(`  port ${wish.port} is taken, using ${port}`);
  }
  return { server, edge };
}

function serverChild(settings: Settings, ports: Ports, clusters: EmbeddedClusters, terminal: Terminal): Child {
  return createChild({
    name: "server",
    file: fileURLToPath(new URL("../../server/src/main.ts", import.meta.url)),
    logFile: join(settings.home, "server.log"),
    environment: () => ({
      FAIRWAY_HOME: settings.home,
      FAIRWAY_PORT: String(ports.server),
      FAIRWAY_EDGE_PORT: String(ports.edge),
      FAIRWAY_EMBEDDED_CLUSTERS: JSON.stringify(clusters.message().clusters),
    }),
    onMessage: (message, child) => clusters.command(message, (answer) => child.send(answer)),
    onRestart: (text) => terminal.line(`  ${text}`),
  });
}

function edgeChild(settings: Settings, ports: Ports, url: string, terminal: Terminal): Child {
  return createChild({
    name: "edge",
    file: fileURLToPath(new URL("../../edge/src/main.ts", import.meta.url)),
    logFile: join(settings.home, "edge", "edge.log"),
    environment: () => ({
      FAIRWAY_HOME: settings.home,
      FAIRWAY_EDGE_PORT: String(ports.edge),
      FAIRWAY_URL: url,
      FAIRWAY_TOKEN_FILE: join(settings.home, "admin-token"),
    }),
    onRestart: (text) => terminal.line(`  ${text}`),
  });
}

async function started(child: Child, terminal: Terminal, note?: string): Promise<void> {
  const step = terminal.begin(child.name);
  try {
    await child.start();
    step.done(note);
  } catch (error) {
    step.failed(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

function pidsOf(children: readonly Child[]): Record<string, number> {
  return Object.fromEntries(
    children.flatMap((child) => {
      const pid = child.pid();
      return pid === undefined ? [] : [[child.name, pid]];
    }),
  );
}

function announce(
  terminal: Terminal,
  facts: {
    readonly url: string;
    readonly code: string;
    readonly ports: Ports;
    readonly services: readonly string[];
    readonly home: string;
    readonly pids: Readonly<Record<string, number>>;
    readonly begin: number;
  },
): void {
  const { url, code, ports, services, home, pids } = facts;
  const signIn = `${url}/sign-in#${code}`;
  const seconds = ((performance.now() - facts.begin) / 1000).toFixed(1);
  terminal.ready({ url, edgePort: ports.edge, home, signIn, pids, seconds: Number(seconds) }, [
    "",
    `Ready in ${seconds} s.`,
    "",
    `  Dashboard   ${signIn}`,
    "              (signs in once, within 10 minutes; a new one: npx fairway open)",
    ...services.map(
      (name, index) => `  ${index === 0 ? "Services" : "        "}    http://${name}.localhost:${ports.edge}`,
    ),
    "  Next        npx fairway status",
    "  Stop        Ctrl-C",
    "",
  ]);
}

/** SIGINT, SIGTERM, SIGHUP, or the end of `start.mjs`, which holds the other end of the channel. */
function stopSignal(): { readonly signal: AbortSignal; readonly happened: Promise<void> } {
  const abort = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => abort.abort());
  process.on("disconnect", () => abort.abort());
  return {
    signal: abort.signal,
    happened: new Promise((resolve) => abort.signal.addEventListener("abort", () => resolve(), { once: true })),
  };
}

async function stopAll(children: readonly Child[], lock: HomeLock, terminal: Terminal): Promise<void> {
  terminal.line("\n  stopping …");
  await Promise.all(children.map((child) => child.stop()));
  await lock.release();
  terminal.line("  everything has stopped");
  if (process.connected) process.disconnect();
}
