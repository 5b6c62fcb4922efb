import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { type PortWish, UsageError } from "./settings.ts";

const tries = 100;
/** Below the ports that the system gives to outgoing connections: one of those could take it before it is opened. */
const anyPort = [10_000, 20_000] as const;

/**
 * A port of 127.0.0.1 that is free now: the wished one, else the next free one when it was not asked for by name.
 * Throws `UsageError` when the asked one is taken.
 *
 * @param taken ports that are promised to somebody else
 */
export async function choosePort(wish: PortWish, taken: ReadonlySet<number>): Promise<number> {
  if (wish.asked && wish.port === 0) {
    for (let i = 0; i < tries; i += 1) {
      const port = randomInt(...anyPort);
      if (!taken.has(port) && (await freePort(port)) !== undefined) return port;
    }
  }
  if (wish.asked) {
    const port = wish.port !== 0 && taken.has(wish.port) ? undefined : await freePort(wish.port);
    if (port === undefined) {
      throw new UsageError(`port ${wish.port} is taken; choose another one: ${wish.variable}=<port> npm start`);
    }
    return port;
  }
  for (let port = wish.port; port < wish.port + tries; port += 1) {
    if (!taken.has(port) && (await freePort(port)) !== undefined) return port;
  }
  throw new UsageError(`no port is free from ${wish.port} on; choose one: ${wish.variable}=<port> npm start`);
}

/** The port itself when it is free, else undefined. */
export function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}
