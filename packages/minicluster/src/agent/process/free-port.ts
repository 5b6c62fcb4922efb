import { createServer } from "node:net";

/** Ports for containers: free on all addresses now, and given to no other container of this runtime. */
export interface PortPool {
  take(): Promise<number>;
  giveBack(port: number): void;
}

export function createPortPool(): PortPool {
  const taken = new Set<number>();
  return {
    async take() {
      for (;;) {
        const port = await freePort();
        if (taken.has(port)) continue;
        taken.add(port);
        return port;
      }
    },
    giveBack: (port) => taken.delete(port),
  };
}

/** Asks on all addresses: a service that listens on every one of them must find its port free too. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
