import { Agent } from "node:http";
import type { Duplex } from "node:stream";

/** An idle connection is closed before most servers close theirs (Node: 5 s), so that few requests meet a closed one. */
const IDLE_MILLISECONDS = 4_000;
/** After a refused connection others are preferred for so long. */
const SUSPECT_MILLISECONDS = 1_000;

/** Connections to one endpoint. */
export interface EndpointPool {
  readonly host: string;
  readonly port: number;
  readonly agent: Agent;
  suspect(): boolean;
  refused(): void;
  accepted(): void;
  closeIdle(): void;
  /** Running requests finish, then their connections close; idle ones close now. */
  retire(): void;
  destroy(): void;
}

class EndpointAgent extends Agent {
  retired = false;

  override keepSocketAlive(socket: Duplex): boolean {
    const kept: unknown = super.keepSocketAlive(socket);
    return kept !== false && !this.retired;
  }
}

export function createEndpointPool(endpoint: string, now: () => number): EndpointPool {
  const colon = endpoint.lastIndexOf(":");
  const agent = new EndpointAgent({ keepAlive: true, timeout: IDLE_MILLISECONDS, maxFreeSockets: 256 });
  let suspectUntil = 0;
  function closeIdle(): void {
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
  return {
    host: endpoint.slice(0, colon).replace(/^\[(.*)\]$/, "$1"),
    port: Number(endpoint.slice(colon + 1)),
    agent,
    suspect: () => suspectUntil > now(),
    refused() {
      suspectUntil = now() + SUSPECT_MILLISECONDS;
    },
    accepted() {
      suspectUntil = 0;
    },
    closeIdle,
    retire() {
      agent.retired = true;
      closeIdle();
    },
    destroy: () => agent.destroy(),
  };
}
