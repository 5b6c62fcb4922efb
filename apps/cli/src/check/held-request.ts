import { connect, type Socket } from "node:net";

/** A request whose last line is held back, so that it is on its way for as long as we like. */
export interface HeldRequest {
  /** Sends the rest. Resolves with what became of it. */
  finish(): Promise<"answered" | "cut">;
  abandon(): void;
}

/** Begins a request on a connection of its own. */
export async function heldRequest(port: number, path: string): Promise<HeldRequest> {
  const socket = connect({ host: "127.0.0.1", port });
  const outcome = new Promise<"answered" | "cut">((resolve) => {
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (/^HTTP\/1\.\d \d{3}/.test(answer)) resolve("answered");
    });
    socket.once("error", () => resolve("cut"));
    socket.once("close", () => resolve("cut"));
  });
  await begun(socket, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`);
  return {
    finish: async () => {
      socket.write("\r\n");
      const result = await outcome;
      socket.destroy();
      return result;
    },
    abandon: () => socket.destroy(),
  };
}

function begun(socket: Socket, head: string): Promise<void> {
  return new Promise((resolve) => {
    socket.once("connect", () => socket.write(head, () => resolve()));
    // What became of it is told by `finish`.
    socket.once("error", () => resolve());
  });
}

/** Status of one request; undefined when there is no answer within the time. */
export function statusOf(port: number, path: string, milliseconds: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (status: number | undefined) => {
      socket.destroy();
      resolve(status);
    };
    let answer = "";
    socket.setTimeout(milliseconds, () => done(undefined));
    socket.once("connect", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      const status = /^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1];
      if (status !== undefined) done(Number(status));
    });
    socket.once("error", () => done(undefined));
    socket.once("close", () => done(undefined));
  });
}

export function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}
