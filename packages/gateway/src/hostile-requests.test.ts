import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { createGateway } from "./gateway.ts";

test("a body stays a body, whatever the Connection field says of its length", async (t) => {
  for (const method of ["GET", "DELETE", "POST"]) {
    const { endpoint, bytes } = await listener(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    const inner = "GET /admin HTTP/1.1\r\nHost: web.localhost\r\n\r\n";
    const answer = await raw(
      await gatewayTo(t, endpoint),
      `${method} / HTTP/1.1\r\nHost: web.localhost\r\nConnection: content-length, host, close\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    );
    assert.match(answer, /^HTTP\/1\.1 200 /, method);
    assert.match(bytes(), /\r\ncontent-length: 44\r\n/i, `${method}: the endpoint must know where the body ends`);
    assert.match(bytes(), /\r\nhost: web\.localhost\r\n/i, method);
  }
});

test("a request that can be read in two ways reaches no endpoint", async (t) => {
  const { endpoint, bytes } = await listener(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const address = await gatewayTo(t, endpoint);
  const end = "Connection: close\r\n\r\n";
  for (const [what, request] of [
    ["two Hosts", `GET / HTTP/1.1\r\nHost: web.localhost\r\nHost: other\r\n${end}`],
    [
      "two Hosts and an upgrade",
      "GET / HTTP/1.1\r\nHost: web.localhost\r\nHost: other\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
    [
      "a second transfer coding",
      `POST / HTTP/1.1\r\nHost: web.localhost\r\nTransfer-Encoding: gzip, chunked\r\n${end}0\r\n\r\n`,
    ],
    [
      "a length and chunks",
      `POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${end}0\r\n\r\n`,
    ],
    ["two lengths", `POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n${end}hello`],
    ["a folded field", `GET / HTTP/1.1\r\nHost: web.localhost\r\nX: a\r\n b\r\n${end}`],
    ["a space before the colon", `POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length : 5\r\n${end}hello`],
  ] as const) {
    assert.match(await raw(address, request), /^HTTP\/1\.1 400 /, what);
    assert.equal(bytes(), "", what);
  }
});

test("a request that offers an upgrade along with a body is served with its body; h2c is not passed on", async (t) => {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push(`${request.headers.upgrade ?? "plain"} ${body}`);
    response.end();
  });
  server.on("upgrade", (request: IncomingMessage, socket) => {
    seen.push(`upgraded to ${request.headers.upgrade}`);
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = await gatewayTo(t, addressOf(server.address() as AddressInfo));
  const head = "Host: web.localhost\r\nConnection: Upgrade, close";
  for (const request of [
    `POST / HTTP/1.1\r\n${head}\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello`,
    `POST / HTTP/1.1\r\n${head}\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    `GET / HTTP/1.1\r\n${head}\r\nUpgrade: H2C\r\n\r\n`,
  ]) {
    assert.match(await raw(address, request), /^HTTP\/1\.1 200 /);
  }
  assert.deepEqual(seen, ["plain hello", "plain hello", "plain "]);
});

test("clients that ask for an upgrade and reset the connection do not end the process", async (t) => {
  const address = await gatewayTo(t, undefined);
  for (let index = 0; index < 50; index++) {
    const socket = open(address);
    await once(socket, "connect");
    socket.write(`GET / HTTP/1.1\r\nHost: other\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
    await once(socket, "close");
  }
  assert.match(await raw(address, "GET / HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 404 /);
});

test("an endpoint that changes the protocol unasked is a lost connection, and is let go", async (t) => {
  const { endpoint, closed } = await listener(t, "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  const answer = await raw(
    await gatewayTo(t, endpoint),
    "GET / HTTP/1.1\r\nHost: web.localhost\r\nConnection: close\r\n\r\n",
  );
  assert.match(answer, /^HTTP\/1\.1 502 /);
  await closed;
});

async function gatewayTo(t: TestContext, endpoint: string | undefined): Promise<string> {
  const gateway = createGateway();
  t.after(() => gateway.stop({ drainMilliseconds: 0 }));
  const backends = [{ name: "app", weight: 1, endpoints: endpoint === undefined ? [] : [endpoint] }];
  const [result] = await gateway.setRoutes({
    listeners: [{ name: "http", host: "127.0.0.1", port: 0, routes: [{ hosts: ["web.localhost"], backends }] }],
  });
  return result?.address ?? "";
}

/** An endpoint that answers whatever comes, and tells the bytes that came. */
async function listener(t: TestContext, answer: string) {
  let received = "";
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", resolve);
    socket.on("data", (chunk) => {
      if (received === "") socket.write(answer);
      received += chunk.toString("latin1");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { endpoint: addressOf(server.address() as AddressInfo), bytes: () => received, closed };
}

function addressOf({ port }: AddressInfo): string {
  return `127.0.0.1:${port}`;
}

function open(address: string): Socket {
  const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
  socket.on("error", () => {});
  return socket;
}

/** Everything that comes back until the gateway closes the connection. */
async function raw(address: string, request: string): Promise<string> {
  const socket = open(address);
  socket.write(request);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString("latin1");
  });
  await once(socket, "close");
  return answer;
}
