import { ApiProblem, type Client, type EdgeRoutes } from "@fairway/api";
import { createGateway } from "@fairway/gateway";
import { gatewayRoutes, LISTENER } from "./gateway-routes.ts";
import type { RoutesCache } from "./routes-cache.ts";
import { answerUnknownHost } from "./unknown-host.ts";

export interface EdgeOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly cache: RoutesCache;
  /** A client of the server, made anew for each question: its token may not be there yet at the first one. */
  readonly client: () => Promise<Pick<Client, "edgeRoutes">>;
  /** Between two questions; milliseconds. */
  readonly interval: number;
  readonly log: (message: string) => void;
}

export interface Edge {
  readonly address: string;
  stop(): Promise<void>;
}

/** An answer that takes longer is as none. Milliseconds. */
const DEADLINE = 2_000;
const DRAIN = 3_000;
const DISCOVERY_INTERVAL = 50;

/** Starts to serve with the routes of the last time, then keeps asking the server for newer ones. Rejects when the port is taken. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  let current: EdgeRoutes = (await options.cache.read()) ?? { version: "", hosts: [] };
  /** Only the server's word: the cache may be of an older version of it. */
  let known: string | undefined;
  let port = options.port;
  const gateway = createGateway({
    endpointsAreGateways: true,
    // A service that has just been deployed: the next regular question would come too late for whoever opens it.
    discover: () => askOnce(),
    onUnknownHost: (request, response) =>
      answerUnknownHost(
        request,
        response,
        current.hosts.map(({ host }) => host),
        port,
      ),
  });
  const [listener] = await gateway.setRoutes(gatewayRoutes(current, options.port));
  const address = gateway.address(LISTENER);
  if (address === undefined) {
    await gateway.stop({ drainMilliseconds: 0 });
    throw new Error(`port ${options.port} cannot be opened: ${listener?.error ?? "unknown"}`);
  }
  port = Number(address.split(":").at(-1));
  const stopping = new AbortController();
  let trouble = "";

  async function ask(): Promise<void> {
    try {
      const client = await options.client();
      const next = await client.edgeRoutes({
        timeout: DEADLINE,
        signal: stopping.signal,
        ...(known === undefined ? {} : { unlessVersion: known }),
      });
      await gateway.setRoutes(gatewayRoutes(next, options.port));
      current = next;
      known = next.version;
      await options.cache.write(next);
      tell("");
    } catch (error) {
      if (stopping.signal.aborted) return;
      const unchanged = error instanceof ApiProblem && error.code === "not-modified";
      tell(unchanged ? "" : error instanceof Error ? error.message : String(error));
    }
  }

  /** All who wait share one question, and unknown hosts cannot make the edge ask more often than it is patient. */
  let asking: Promise<void> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  function askOnce(): Promise<void> {
    if (asking === undefined && performance.now() - askedAt < DISCOVERY_INTERVAL) return Promise.resolve();
    asking ??= ask().finally(() => {
      asking = undefined;
      askedAt = performance.now();
    });
    return asking;
  }

  /** Says the same trouble once. */
  function tell(next: string): void {
    if (next === trouble) return;
    options.log(next === "" ? "routes are fresh again" : `routes are kept as they were: ${next}`);
    trouble = next;
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      await askOnce();
      await pause(options.interval, stopping.signal);
    }
  }

  const polling = poll();
  return {
    address,
    async stop() {
      stopping.abort();
      await polling;
      await gateway.stop({ drainMilliseconds: DRAIN });
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
