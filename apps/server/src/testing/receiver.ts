import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A message that came in, with what its receiver found of its signature. */
export interface Received {
  readonly id: string;
  readonly genuine: boolean;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Status of the next answers; 204 at first. `hang`: none. */
  answer: number | "hang";
  /** The secret that `fairway webhook add` has printed. */
  secret: string;
  close(): Promise<void>;
}

/** A receiver of webhooks as its owner writes it from the guide. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const id = String(request.headers["webhook-id"]);
    const timestamp = String(request.headers["webhook-timestamp"]);
    const key = Buffer.from(receiver.secret.replace("whsec_", ""), "base64");
    const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
    const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
    const genuine = fresh && request.headers["webhook-signature"] === `v1,${expected}`;
    receiver.received.push({ id, genuine, body });
    if (receiver.answer === "hang") return;
    const elsewhere = receiver.answer === 302 ? { location: `${receiver.url}elsewhere` } : {};
    response.writeHead(receiver.answer, elsewhere).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/`,
    received: [],
    answer: 204,
    secret: "",
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
