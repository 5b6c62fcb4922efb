import { fstatSync } from "node:fs";
import { join } from "node:path";
import { unpackSnapshot } from "@fairway/images";
import { startMinicluster } from "@fairway/minicluster";
import { z } from "zod";

/** The process of one embedded cluster. Says `ready` over IPC and on stdout; ends, with all of its pods, when its stdin or the IPC channel closes. */
const settings = z
  .object({
    FAIRWAY_HOME: z.string().min(1),
    FAIRWAY_CLUSTER: z.string().regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/),
    /** The service with number n listens on this port plus n. */
    FAIRWAY_SERVICE_PORTS: z.coerce.number().int().min(1).max(64_535),
  })
  .safeParse(process.env);

const say = (message: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
};
/** Pods get so long to end; the supervisor waits longer. */
const GRACE_MILLISECONDS = 5_000;
const LAST_MILLISECONDS = 15_000;

if (!settings.success) {
  say(
    `wrong settings: ${settings.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`,
  );
  process.exit(2);
}
const { FAIRWAY_HOME: home, FAIRWAY_CLUSTER: name, FAIRWAY_SERVICE_PORTS: addressBase } = settings.data;

try {
  const starting = startMinicluster({
    name,
    directory: join(home, "clusters", name),
    snapshots: join(home, "snapshots"),
    unpack: unpackSnapshot,
    addressBase,
    log: say,
  });
  let stops = 0;
  const stop = (): void => {
    const graceMilliseconds = stops++ === 0 ? GRACE_MILLISECONDS : 0;
    if (stops === 1) setTimeout(() => process.exit(1), LAST_MILLISECONDS).unref();
    starting
      .then((cluster) => cluster.stop({ graceMilliseconds }))
      .then(
        () => process.exit(0),
        (error: unknown) => {
          say(`not stopped in order: ${error instanceof Error ? error.message : String(error)}`);
          process.exit(1);
        },
      );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);
  const parentGone = (): void => {
    if (stops === 0) stop();
  };
  if (process.send !== undefined) process.on("disconnect", parentGone);
  if (isPipe(0)) process.stdin.on("end", parentGone).on("close", parentGone).on("error", parentGone).resume();

  const cluster = await starting;
  const ready = { kind: "ready", gateway: cluster.ingressAddress, api: cluster.apiUrl };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
} catch (error) {
  say(`the cluster cannot start: ${error instanceof Error ? error.message : String(error)}`);
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
