import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type BackendPosition, type Balancer, createBalancer } from "./balancer.ts";
import { createEndpointPool, type EndpointPool } from "./endpoint-pool.ts";
import { type ExchangeContext, exchange, exchangeUpgrade } from "./exchange.ts";
import { isAmbiguous, mayUpgrade } from "./headers.ts";
import { answerProblem, answerProblemOn } from "./problem-answer.ts";
import { type Asked, endpointsOf, type GatewayRoutes, type Listener, routeMatcher } from "./routes.ts";

export interface GatewayOptions {
  /** To get a connection; milliseconds, 1,000 unless told. */
  readonly connectMilliseconds?: number;
  /** From a connection to the head of an answer; milliseconds, 5 minutes unless told. A body may take as long as it likes. */
  readonly responseMilliseconds?: number;
  /** The endpoints are gateways of this kind: when one says that it sent the request nowhere, the next one is tried. */
  readonly endpointsAreGateways?: boolean;
  /** Keep and extend the `X-Forwarded-*` fields of a request; for a gateway that stands behind another one. */
  readonly trustForwarded?: boolean;
  /** Asked for a host that no route has; when it resolves, the routes are looked at once more. For routes that are just arriving. */
  readonly discover?: () => Promise<void>;
  /** Answers a request whose host no route has; a 404 problem unless told. */
  readonly onUnknownHost?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** How one listener of `setRoutes` fared. */
export interface ListenerResult {
  readonly name: string;
  /** `host:port` it listens on. */
  readonly address?: string;
  /** Why it does not listen, for example `EADDRINUSE`. Call `setRoutes` again to retry. */
  readonly error?: string;
}

/** An HTTP reverse proxy. */
export interface Gateway {
  /**
   * Replaces everything at once: the next request sees the new routes. Running requests finish where they are; endpoints
   * that are gone get nothing new and their idle connections close. Resolves when all listeners are open or have failed.
   */
  setRoutes(routes: GatewayRoutes): Promise<readonly ListenerResult[]>;
  /** `host:port` of an open listener. */
  address(listener: string): string | undefined;
  /** Stops listening, lets running requests finish for at most `drainMilliseconds`, then breaks them. */
  stop(options?: { readonly drainMilliseconds?: number }): Promise<void>;
}

interface OpenListener {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
  readonly upgraded: Set<Duplex>;
  match: (asked: Asked) => Balancer | undefined;
  opened: Promise<string | undefined>;
}

/** Makes a gateway that listens nowhere until `setRoutes` is called. */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const pools = new Map<string, EndpointPool>();
  const listeners = new Map<string, OpenListener>();
  let positions = new Map<string, BackendPosition>();
  let stopping = false;
  const context: ExchangeContext = {
    pool: poolOf,
    connectMilliseconds: options.connectMilliseconds ?? 1_000,
    responseMilliseconds: options.responseMilliseconds ?? 300_000,
    endpointsAreGateways: options.endpointsAreGateways ?? false,
    trustForwarded: options.trustForwarded ?? false,
  };

  function poolOf(endpoint: string): EndpointPool {
    let pool = pools.get(endpoint);
    if (!pool) {
      pool = createEndpointPool(endpoint, () => performance.now());
      pools.set(endpoint, pool);
    }
    return pool;
  }

  function open(listener: Listener): OpenListener {
    const upgraded = new Set<Duplex>();
    const limits = { keepAliveTimeout: 65_000, requestTimeout: 0 };
    const server = createServer({ ...limits, shouldUpgradeCallback: mayUpgrade }, (request, response) => {
      if (stopping) response.shouldKeepAlive = false;
      if (isAmbiguous(request)) {
        response.shouldKeepAlive = false;
        return answerProblem(response, "ambiguous-request");
      }
      const forward = (balancer: Balancer): void =>
        void exchange(context, balancer, request, response).catch(() => response.destroy());
      const balancer = state.match(askedBy(request));
      if (balancer) return forward(balancer);
      void (options.discover?.() ?? Promise.resolve()).then(() => {
        const discovered = state.match(askedBy(request));
        if (discovered) forward(discovered);
        else if (options.onUnknownHost) options.onUnknownHost(request, response);
        else answerProblem(response, "no-route");
      });
    });
    server.on("upgrade", (request, socket, head) => {
      const balancer = state.match(askedBy(request));
      upgraded.add(socket);
      socket.once("close", () => upgraded.delete(socket));
      // From here on nobody else listens: a client that resets the connection would end the process.
      socket.on("error", () => socket.destroy());
      if (isAmbiguous(request)) answerProblemOn(socket, "ambiguous-request");
      else if (balancer) exchangeUpgrade(context, balancer, request, socket, head).catch(() => socket.destroy());
      else answerProblemOn(socket, "no-route");
    });
    const opened = new Promise<string | undefined>((resolve) => {
      server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      server.listen({ host: listener.host, port: listener.port }, () => resolve(undefined));
    });
    const state: OpenListener = {
      server,
      host: listener.host,
      port: listener.port,
      upgraded,
      opened,
      match: () => undefined,
    };
    return state;
  }

  function matcherOf(listener: Listener, kept: Map<string, BackendPosition>): (asked: Asked) => Balancer | undefined {
    return routeMatcher(
      listener.routes.map((route) => ({
        ...route,
        value: createBalancer(route.backends, (backend) => {
          const key = JSON.stringify([listener.name, route.hosts, route.path, backend]);
          const position = kept.get(key) ?? positions.get(key) ?? { credit: 0, turn: 0 };
          kept.set(key, position);
          return position;
        }),
      })),
    );
  }

  return {
    async setRoutes(routes) {
      if (stopping) return [];
      const wanted = new Map(routes.listeners.map((listener) => [listener.name, listener]));
      const kept = new Map<string, BackendPosition>();
      for (const [name, current] of listeners) {
        const next = wanted.get(name);
        if (next && next.host === current.host && next.port === current.port) continue;
        listeners.delete(name);
        void close(current, 30_000);
      }
      for (const listener of wanted.values()) {
        let current = listeners.get(listener.name);
        if (!current) {
          current = open(listener);
          listeners.set(listener.name, current);
        }
        current.match = matcherOf(listener, kept);
      }
      positions = kept;
      const endpoints = endpointsOf(routes);
      for (const [endpoint, pool] of pools) {
        if (endpoints.has(endpoint)) continue;
        pools.delete(endpoint);
        pool.retire();
      }
      return Promise.all(
        [...wanted.keys()].map(async (name): Promise<ListenerResult> => {
          const current = listeners.get(name);
          if (!current) return { name, error: "replaced" };
          const error = await current.opened;
          if (error !== undefined) {
            if (listeners.get(name) === current) listeners.delete(name);
            return { name, error };
          }
          const address = addressOf(current.server);
          return address === undefined ? { name, error: "closed" } : { name, address };
        }),
      );
    },
    address(name) {
      const current = listeners.get(name);
      return current && addressOf(current.server);
    },
    async stop({ drainMilliseconds = 5_000 } = {}) {
      stopping = true;
      await Promise.all([...listeners.values()].map((listener) => close(listener, drainMilliseconds)));
      listeners.clear();
      for (const pool of pools.values()) pool.destroy();
      pools.clear();
    },
  };
}

function askedBy(request: IncomingMessage): Asked {
  return { host: request.headers.host, target: request.url };
}

/** Resolves when every connection of the listener has ended, by itself or by force. */
async function close(listener: OpenListener, drainMilliseconds: number): Promise<void> {
  if ((await listener.opened) !== undefined) return;
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => {
      listener.server.closeAllConnections();
      for (const socket of listener.upgraded) socket.destroy();
    }, drainMilliseconds);
    // Node closes the connections that are idle now; the ones that become idle later are ours to close.
    const idle = setInterval(() => listener.server.closeIdleConnections(), 20);
    listener.server.close(() => {
      clearTimeout(force);
      clearInterval(idle);
      resolve();
    });
  });
}

function addressOf(server: Server): string | undefined {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") return undefined;
  return address.family === "IPv6" ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}
