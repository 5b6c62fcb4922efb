import { fstatSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@fairway/api";
import { z } from "zod";
import { routesCache } from "./routes-cache.ts";
import { startEdge } from "./start-edge.ts";

/** The edge as a process: one port for all services. Says `ready` over IPC and on stdout; ends when its stdin or the IPC channel closes. */
const settings = z
  .object({
    FAIRWAY_HOME: z.string().min(1),
    FAIRWAY_EDGE_PORT: z.coerce.number().int().min(0).max(65_535),
    FAIRWAY_URL: z.url(),
    FAIRWAY_TOKEN_FILE: z.string().min(1),
  })
  .safeParse(process.env);

const POLL_MILLISECONDS = 500;
const LAST_MILLISECONDS = 5_000;
const say = (message: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
};

if (!settings.success) {
  say(
    `wrong settings: ${settings.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`,
  );
  process.exit(2);
}
const { data } = settings;

try {
  const edge = await startEdge({
    port: data.FAIRWAY_EDGE_PORT,
    cache: routesCache(join(data.FAIRWAY_HOME, "edge", "routes.json")),
    client: async () =>
      createClient({ baseUrl: data.FAIRWAY_URL, token: (await readFile(data.FAIRWAY_TOKEN_FILE, "utf8")).trim() }),
    interval: POLL_MILLISECONDS,
    log: say,
  });
  let stopping = false;
  const stop = (): void => {
    // A second signal does not wait for running requests.
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(0), LAST_MILLISECONDS).unref();
    edge.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  const parentGone = (): void => {
    if (!stopping) stop();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);
  if (process.send !== undefined) process.on("disconnect", parentGone);
  if (isPipe(0)) process.stdin.on("end", parentGone).on("close", parentGone).on("error", parentGone).resume();
  const ready = { kind: "ready", address: edge.address };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
} catch (error) {
  say(`the edge cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

/** A terminal or /dev/null on stdin says nothing about who started this. */
function isPipe(descriptor: number): boolean {
  try {
    const about = fstatSync(descriptor);
    return about.isFIFO() || about.isSocket();
  } catch {
    return false;
  }
}
