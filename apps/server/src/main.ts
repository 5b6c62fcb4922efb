import { enableCompileCache, flushCompileCache } from "node:module";
import { jsonLog } from "./log.ts";
import type { RunningServer } from "./start-server.ts";

// Only what is imported from here on is kept compiled, and without its types: a quarter of a start.
enableCompileCache();

const log = jsonLog((line) => process.stdout.write(`${line}\n`));
/** What cannot be stopped within this time is left; everything that matters is in the database. */
const stopLimit = 5_000;
/** What unfinished rollouts need is loaded by then, and writing does not hold them up. */
const flushAfter = 5_000;

let server: RunningServer | undefined;
let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  // A start that is under way leaves nothing that a crash would not leave.
  if (server === undefined) process.exit(0);
  setTimeout(() => process.exit(0), stopLimit).unref();
  server.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error("the server did not stop cleanly", { error });
      process.exit(1);
    },
  );
};
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);
if (process.send !== undefined) {
  // A supervisor holds the other end of both; when it ends, however it ends, so does this process.
  process.stdin.on("end", stop).on("close", stop).on("error", stop).resume();
  process.on("disconnect", stop);
}

try {
  const [{ readSettings }, { startServer }] = await Promise.all([import("./settings.ts"), import("./start-server.ts")]);
  server = await startServer(readSettings(process.env), process, log);
  // Otherwise it is written when the process ends by itself, and one that is killed would never leave any.
  setTimeout(flushCompileCache, flushAfter).unref();
} catch (error) {
  log.error("the server cannot start", { error });
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
