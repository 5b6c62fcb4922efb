import assert from "node:assert/strict";
import { once } from "node:events";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { type TestContext, test } from "node:test";
import { createGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
import type { Backend } from "./routes.ts";

test("requests reach a backend with Host, path and body kept, and hop-by-hop fields removed", async (t) => {
  const seen: { headers?: IncomingHttpHeaders; url?: string | undefined; body?: string } = {};
  const endpoint = await service(t, async (request, response) => {
    seen.headers = request.headers;
    seen.url = request.url;
    seen.body = await text(request);
    response.writeHead(201, { "Set-Cookie": ["a=1", "b=2"], "x-fairway-reason": "no-endpoints" });
    response.end("made");
  });
  const { call } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [endpoint] }]);
  const answer = await call("/x?y=1", {
    method: "POST",
    body: "hello",
    headers: { "X-Secret-Hop": "1", Connection: "x-secret-hop", TE: "trailers", "X-Forwarded-For": "6.6.6.6" },
  });
  assert.deepEqual([answer.status, answer.body, answer.headers["set-cookie"]], [201, "made", ["a=1", "b=2"]]);
  assert.equal(answer.headers["x-fairway-reason"], undefined, "a service cannot speak for the gateway");
  assert.deepEqual([seen.url, seen.body, seen.headers?.host], ["/x?y=1", "hello", "web.localhost"]);
  assert.equal(seen.headers?.["x-secret-hop"], undefined);
  assert.equal(seen.headers?.te, undefined);
  assert.equal(seen.headers?.["x-forwarded-for"], "127.0.0.1");
  assert.equal(seen.headers?.["x-forwarded-host"], "web.localhost");
  assert.equal(seen.headers?.["x-forwarded-proto"], "http");
});

test("round robin over endpoints, weights over backends", async (t) => {
  const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => service(t, (_, response) => response.end(name))));
  assert.ok(a && b && c);
  const { call } = await gatewayTo(t, [
    { name: "old", weight: 3, endpoints: [a, b] },
    { name: "new", weight: 1, endpoints: [c] },
    { name: "none", weight: 0, endpoints: ["127.0.0.1:1"] },
  ]);
  const counts: Record<string, number> = {};
  for (let index = 0; index < 16; index++) {
    const { body } = await call("/");
    counts[body] = (counts[body] ?? 0) + 1;
  }
  assert.deepEqual(counts, { a: 6, b: 6, c: 4 });
});

test("endpoints that refuse do not change what backends have of the requests", async (t) => {
  const [old, fresh] = await Promise.all(["old", "new"].map((name) => service(t, (_, response) => response.end(name))));
  assert.ok(old && fresh);
  const refusing = await Promise.all([closedPort(), closedPort(), closedPort()]);
  const { call } = await gatewayTo(t, [
    { name: "old", weight: 1, endpoints: [...refusing, old] },
    { name: "new", weight: 1, endpoints: [fresh] },
  ]);
  const counts: Record<string, number> = {};
  for (let index = 0; index < 12; index++) {
    const { body } = await call("/");
    counts[body] = (counts[body] ?? 0) + 1;
  }
  assert.deepEqual(counts, { old: 6, new: 6 });
});

test("a route without endpoints answers 503 and says why; an unknown host 404", async (t) => {
  const { call } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [] }]);
  const none = await call("/");
  assert.deepEqual([none.status, none.headers["x-fairway-reason"]], [503, "no-endpoints"]);
  assert.equal(JSON.parse(none.body).code, "no-endpoints");
  const unknown = await call("/", { headers: { Host: "other.localhost" } });
  assert.deepEqual([unknown.status, unknown.headers["x-fairway-reason"]], [404, "no-route"]);
});

test("a refused connection is tried elsewhere, with the whole body", async (t) => {
  const alive = await service(t, async (request, response) => response.end(await text(request)));
  const { call } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [await closedPort(), alive] }]);
  const body = "x".repeat(200_000);
  for (let index = 0; index < 4; index++) {
    const answer = await call("/", { method: "POST", body });
    assert.equal(answer.status, 200);
    assert.equal(answer.body, body);
  }
});

test("when every connection is refused the answer is 503 connect-failed", async (t) => {
  const { call } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [await closedPort()] }]);
  const answer = await call("/");
  assert.deepEqual([answer.status, answer.headers["x-fairway-reason"]], [503, "connect-failed"]);
});

test("a kept connection that the endpoint has closed is not the client's trouble, unless a POST may have been carried out", async (t) => {
  let requests = 0;
  const server = createTcpServer((socket) => {
    let served = 0;
    socket.on("error", () => undefined);
    socket.on("data", () => {
      requests++;
      // The first request of a connection is answered; the second meets a connection that closes without an answer.
      if (served++ > 0) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  const endpoint = await listen(t, server);
  const { call } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [endpoint] }]);
  assert.equal((await call("/")).status, 200);
  assert.equal((await call("/")).status, 200);
  assert.equal(requests, 3, "the second GET was sent twice");
  const post = await call("/", { method: "POST", body: "" });
  assert.deepEqual([post.status, post.headers["x-fairway-reason"]], [502, "connection-lost"]);
});

test("a connection that breaks before the answer is 502; no answer in time is 504", async (t) => {
  const breaking = await service(t, (request) => request.socket.destroy());
  const silent = await service(t, () => undefined);
  const lost = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [breaking] }]);
  assert.equal((await lost.call("/")).status, 502);
  const slow = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [silent] }], { responseMilliseconds: 50 });
  const answer = await slow.call("/");
  assert.deepEqual([answer.status, answer.headers["x-fairway-reason"]], [504, "timeout"]);
});

test("an answer that breaks in the middle is not made to look whole", async (t) => {
  const endpoint = await service(t, (_, response) => {
    response.write("half", () => response.destroy());
  });
  const { call } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [endpoint] }]);
  await assert.rejects(call("/"));
});

test("streams pass both ways as they come", async (t) => {
  const endpoint = await service(t, (request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.flushHeaders();
    request.on("data", (chunk) => response.write(`echo ${chunk}`));
    request.on("end", () => response.end());
  });
  const { address } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [endpoint] }]);
  const request = httpRequest({ ...hostPort(address), method: "POST", headers: { Host: "web.localhost" } });
  request.flushHeaders();
  const [response]: IncomingMessage[] = await once(request, "response");
  assert.ok(response);
  for (const word of ["one", "two"]) {
    request.write(word);
    const [chunk]: Buffer[] = await once(response, "data");
    assert.equal(String(chunk), `echo ${word}`);
  }
  request.end();
  await once(response, "end");
});

test("a client that leaves takes its request to the endpoint with it", async (t) => {
  const left = Promise.withResolvers<void>();
  const endpoint = await service(t, (_, response) => {
    response.write("first");
    response.once("close", () => left.resolve());
  });
  const { address } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [endpoint] }]);
  const request = httpRequest({ ...hostPort(address), headers: { Host: "web.localhost" } });
  request.end();
  const [response]: IncomingMessage[] = await once(request, "response");
  response?.on("error", () => undefined);
  request.destroy();
  await left.promise;
});

test("an upgrade is piped both ways; without an endpoint it is 503", async (t) => {
  const server = createServer();
  server.on("upgrade", (request: IncomingMessage, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
    );
    socket.on("data", (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
  });
  const endpoint = await listen(t, server);
  const { address, gateway, route } = await gatewayTo(t, [
    { name: "app", weight: 1, endpoints: [await closedPort(), endpoint] },
  ]);
  const headers = { Host: "web.localhost", Connection: "Upgrade", Upgrade: "websocket" };
  const request = httpRequest({ ...hostPort(address), headers });
  request.end();
  const [response, socket] = await once(request, "upgrade");
  assert.equal(response.headers.upgrade, "websocket");
  socket.write("hello");
  assert.equal(String((await once(socket, "data"))[0]), "HELLO");
  socket.destroy();

  await gateway.setRoutes(route([]));
  const refused = httpRequest({ ...hostPort(address), headers });
  refused.end();
  const [answer]: IncomingMessage[] = await once(refused, "response");
  assert.equal(answer?.statusCode, 503);
  answer?.resume();
});

test("a gateway in front of gateways goes on to the next one when the first sent nothing", async (t) => {
  const empty = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [] }]);
  const app = await service(t, async (request, response) =>
    response.end(`${await text(request)} ${request.headers["x-forwarded-for"]}`),
  );
  const full = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [app] }], { trustForwarded: true });
  const edge = await gatewayTo(
    t,
    [
      { name: "alpha", weight: 1, endpoints: [empty.address] },
      { name: "beta", weight: 1, endpoints: [full.address] },
      { name: "gamma", weight: 1, endpoints: [await closedPort()] },
    ],
    { endpointsAreGateways: true },
  );
  for (let index = 0; index < 6; index++) {
    const answer = await edge.call("/", { method: "POST", body: "hello" });
    assert.deepEqual([answer.status, answer.body], [200, "hello 127.0.0.1, 127.0.0.1"]);
  }
  await full.gateway.setRoutes(full.route([]));
  const answer = await edge.call("/");
  assert.equal(answer.status, 503);
  assert.ok(answer.headers["x-fairway-reason"]);
});

test("endpoints replaced under constant load: no request fails, and the old ones get nothing new", async (t) => {
  let late = 0;
  const generation = (number: number) =>
    service(t, (request, response) => {
      // Sent when a later generation was already in the routes.
      if (Number(request.headers["x-generation"]) > number) late++;
      setTimeout(() => response.end(), 3);
    });
  const { gateway, address, route } = await gatewayTo(t, [
    { name: "app", weight: 1, endpoints: [await generation(0)] },
  ]);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  let running = true;
  let published = 0;
  let served = 0;
  const statuses = new Set<number>();
  const load = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (running) {
        const { status } = await send(address, "/", { agent, headers: { "X-Generation": String(published) } });
        statuses.add(status);
        served++;
      }
    }),
  );
  for (let number = 1; number <= 20; number++) {
    const endpoint = await generation(number);
    await gateway.setRoutes(route([{ name: "app", weight: 1, endpoints: [endpoint] }]));
    published = number;
    const before = served;
    await until(() => served >= before + 16);
  }
  running = false;
  await load;
  assert.deepEqual([[...statuses], late], [[200], 0]);
});

test("an endpoint taken out finishes its running request, and its idle connections close", async (t) => {
  const held = Promise.withResolvers<void>();
  const sockets = new Set<object>();
  const server = createServer(async (request, response) => {
    if (request.url === "/slow") await held.promise;
    response.end("done");
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const endpoint = await listen(t, server);
  const { gateway, call, route } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [endpoint] }]);
  const slow = call("/slow");
  await Promise.all([call("/"), call("/")]);
  await gateway.setRoutes(route([]));
  await until(() => sockets.size === 1);
  held.resolve();
  assert.equal((await slow).body, "done");
  await until(() => sockets.size === 0);
});

test("stop lets a running request finish, takes no new connection, and does not wait for idle ones", async (t) => {
  const started = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const endpoint = await service(t, async (_, response) => {
    started.resolve();
    await held.promise;
    response.end("done");
  });
  const { gateway, address } = await gatewayTo(t, [{ name: "app", weight: 1, endpoints: [endpoint] }]);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const slow = send(address, "/", { agent });
  await started.promise;
  const stopped = gateway.stop();
  await assert.rejects(send(address, "/", {}), { code: "ECONNREFUSED" });
  held.resolve();
  assert.equal((await slow).body, "done");
  await stopped;
});

test("a port that is taken is reported, and the other listeners serve", async (t) => {
  const taken = hostPort(await service(t, (_, response) => response.end("somebody else")));
  const gateway = createGateway();
  t.after(() => gateway.stop());
  const results = await gateway.setRoutes({
    listeners: [
      { name: "bad", host: "127.0.0.1", port: taken.port, routes: [] },
      { name: "good", host: "127.0.0.1", port: 0, routes: [] },
    ],
  });
  assert.deepEqual(results[0], { name: "bad", error: "EADDRINUSE" });
  assert.equal((await send(results[1]?.address ?? "", "/", {})).status, 404);
});

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function gatewayTo(t: TestContext, backends: readonly Backend[], options: GatewayOptions = {}) {
  const gateway: Gateway = createGateway(options);
  t.after(() => gateway.stop({ drainMilliseconds: 0 }));
  const route = (to: readonly Backend[]) => ({
    listeners: [{ name: "http", host: "127.0.0.1", port: 0, routes: [{ hosts: ["web.*"], backends: to }] }],
  });
  const [result] = await gateway.setRoutes(route(backends));
  const address = result?.address ?? "";
  return { gateway, route, address, call: (path: string, sent: Sent = {}) => send(address, path, sent) };
}

function service(t: TestContext, listener: RequestListener): Promise<string> {
  return listen(t, createServer(listener));
}

async function listen(t: TestContext, server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  const address = server.address() as AddressInfo;
  return `127.0.0.1:${address.port}`;
}

async function closedPort(): Promise<string> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const probe = connect(port, "127.0.0.1");
  await assert.rejects(once(probe, "connect"));
  return `127.0.0.1:${port}`;
}

function hostPort(address: string): { readonly host: string; readonly port: number } {
  const [host = "", port] = address.split(":");
  return { host, port: Number(port) };
}

async function send(address: string, path: string, { method = "GET", body, headers, agent }: Sent): Promise<Received> {
  const request = httpRequest({
    ...hostPort(address),
    path,
    method,
    headers: { Host: "web.localhost", ...headers },
    agent: agent ?? false,
  });
  request.end(body);
  const [response]: IncomingMessage[] = await once(request, "response");
  assert.ok(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

async function text(message: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of message) body += chunk;
  return body;
}

/** Within two seconds: idle connections would close by themselves after four. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "not within 2 s");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
