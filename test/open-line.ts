import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to an API that a test can cut. */
interface Line {
  /** Where the API is at the near end. */
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** A TCP line to the API; while it is cut, nothing listens on its port. */
export async function openLine(apiUrl: string): Promise<Line> {
  const { hostname, port } = new URL(apiUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let ownPort = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const mend = async () => {
    const listening = createServer((near) => {
      const far = connect(Number(port), hostname);
      keep(near);
      keep(far);
      near.pipe(far).pipe(near);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      listening.once("error", reject);
      listening.listen(ownPort, "127.0.0.1", resolve);
    });
    const address = listening.address();
    ownPort = typeof address === "object" && address !== null ? address.port : 0;
    server = listening;
  };
  const cut = async () => {
    const listening = server;
    server = undefined;
    const closed = new Promise<void>((resolve) =>
      listening === undefined ? resolve() : listening.close(() => resolve()),
    );
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await mend();
  return { url: `https://127.0.0.1:${ownPort}`, cut, mend };
}
