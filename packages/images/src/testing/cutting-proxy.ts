import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * Passes connections on to `target` and, once, cuts all of them when clients have sent more than `after` bytes.
 *
 * @param target `host:port`
 */
export async function cuttingProxy(
  target: string,
  after: number,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const [host = "", port = ""] = target.split(":");
  const sockets = new Set<Socket>();
  let passed = 0;
  let cut = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      passed += chunk.length;
      if (cut || passed <= after) return;
      cut = true;
      for (const socket of sockets) socket.destroy();
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${portOf(server.address())}`,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
