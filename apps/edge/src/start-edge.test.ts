import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createClient, type EdgeRoutes } from "@fairway/api";
import { routesCache } from "./routes-cache.ts";
import { type Edge, startEdge } from "./start-edge.ts";

test("new routes are served soon, kept while the server is down, and over a start without the server", async (t) => {
  const cluster = await clusterGateway(t, "alpha");
  const server = await controlPlane(t);
  const directory = folder(t);
  const first = await edge(t, directory, server.url);
  assert.equal((await get(first.address, "web.localhost")).status, 404);

  server.publish({ version: "1", hosts: [host("web", [cluster])] });
  await until(async () => (await get(first.address, "web.localhost")).status === 200);
  assert.equal((await get(first.address, "web.localhost:7080")).body, "alpha web.localhost:7080");

  server.fail();
  await server.asked(3);
  assert.equal((await get(first.address, "web.localhost")).status, 200);
  await first.stop();

  const second = await edge(t, directory, server.url);
  assert.equal((await get(second.address, "web.localhost")).status, 200);
});

test("a service that has just been deployed is there at the first request, whenever the next question was due", async (t) => {
  const cluster = await clusterGateway(t, "alpha");
  const server = await controlPlane(t);
  server.publish({ version: "1", hosts: [] });
  const { address } = await edge(t, folder(t), server.url, 60_000);
  await until(async () => server.versionsAsked.length > 0 && (await get(address, "web.localhost")).status === 404);
  server.publish({ version: "2", hosts: [host("web", [cluster])] });
  await until(async () => (await get(address, "web.localhost")).status === 200);
});

test("an unchanged version is not sent again", async (t) => {
  const server = await controlPlane(t);
  server.publish({ version: "7", hosts: [] });
  await edge(t, folder(t), server.url);
  await server.asked(3);
  assert.deepEqual(server.versionsAsked.slice(0, 3), [undefined, '"7"', '"7"']);
});

test("a cluster that is gone, or has no instance, is passed over", async (t) => {
  const alpha = await clusterGateway(t, "alpha");
  const empty = await clusterGateway(t, undefined);
  const server = await controlPlane(t);
  server.publish({ version: "1", hosts: [host("web", ["127.0.0.1:1", empty, alpha])] });
  const { address } = await edge(t, folder(t), server.url);
  await until(async () => (await get(address, "web.localhost")).status !== 404);
  for (let index = 0; index < 6; index++) assert.equal((await get(address, "web.localhost")).status, 200);
});

test("paths of one host lead to the clusters of different services", async (t) => {
  const [alpha, beta] = [await clusterGateway(t, "alpha"), await clusterGateway(t, "beta")];
  const server = await controlPlane(t);
  const shop = { ...host("shop", [alpha]), host: "shop.example" };
  server.publish({ version: "1", hosts: [shop, { ...host("pay", [beta]), host: "shop.example", path: "/pay" }] });
  const { address } = await edge(t, folder(t), server.url);
  await until(async () => (await get(address, "shop.example")).body === "alpha shop.example");
  assert.equal((await get(address, "shop.example", "*/*", "/pay/1?x")).body, "beta shop.example");
  assert.equal((await get(address, "shop.example", "*/*", "/payment")).body, "alpha shop.example");
});

test("an unknown host: browsers get a page, others a problem; both name the hosts, nothing of the request is trusted", async (t) => {
  const server = await controlPlane(t);
  server.publish({ version: "1", hosts: [host("web", ["127.0.0.1:1"])] });
  const { address } = await edge(t, folder(t), server.url);
  await server.asked(2);
  const problem = await get(address, "wbe.localhost");
  assert.deepEqual([problem.status, JSON.parse(problem.body).hosts], [404, ["web.localhost"]]);
  const page = await get(address, "<script>.localhost", "text/html");
  assert.equal(page.status, 404);
  assert.match(page.body, /<a href="http:\/\/web\.localhost:\d+\/">/);
  assert.doesNotMatch(page.body, /<script>/);
});

test("a port that is taken is an error", async (t) => {
  const taken = await clusterGateway(t, "somebody");
  const port = Number(taken.split(":")[1]);
  const options = { cache: routesCache(join(folder(t), "routes.json")), interval: 10, log: () => undefined };
  await assert.rejects(
    startEdge({ ...options, port, client: async () => createClient({ baseUrl: "http://127.0.0.1:1" }) }),
    /EADDRINUSE/,
  );
});

function host(name: string, addresses: readonly string[]): EdgeRoutes["hosts"][number] {
  const backends = addresses.map((address, index) => ({ cluster: `c${index}`, address, weight: 1 }));
  return { host: `${name}.localhost`, service: name, environment: "prod", backends };
}

async function edge(t: TestContext, directory: string, baseUrl: string, interval = 10): Promise<Edge> {
  const started = await startEdge({
    port: 0,
    cache: routesCache(join(directory, "routes.json")),
    client: async () => createClient({ baseUrl, token: "token" }),
    interval,
    log: () => undefined,
  });
  t.after(() => started.stop());
  return started;
}

/** The server's one route, as the edge sees it. */
async function controlPlane(t: TestContext) {
  let routes: EdgeRoutes = { version: "0", hosts: [] };
  let failing = false;
  const versionsAsked: (string | undefined)[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    versionsAsked.push(request.headers["if-none-match"]);
    for (const wake of waiting.splice(0)) wake();
    if (failing) response.writeHead(500).end();
    else if (request.headers["if-none-match"] === `"${routes.version}"`) response.writeHead(304).end();
    else response.setHeader("content-type", "application/json").end(JSON.stringify(routes));
  });
  const url = `http://${await listen(t, server)}`;
  return {
    url,
    versionsAsked,
    publish(next: EdgeRoutes) {
      routes = next;
    },
    fail() {
      failing = true;
    },
    /** Resolves after so many more questions. */
    async asked(count: number) {
      for (let index = 0; index < count; index++) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

/** A cluster's gateway: answers with its name, or says that it has no endpoint. */
async function clusterGateway(t: TestContext, name: string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    if (name === undefined) response.writeHead(503, { "x-fairway-reason": "no-endpoints" }).end();
    else response.end(`${name} ${request.headers.host}`);
  });
  return listen(t, server);
}

async function listen(t: TestContext, server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

function folder(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "edge-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function get(address: string, hostHeader: string, accept = "*/*", path = "/") {
  const [hostname = "", port = ""] = address.split(":");
  const request = httpRequest({
    host: hostname,
    path,
    port: Number(port),
    headers: { Host: hostHeader, Accept: accept },
    agent: false,
  });
  request.end();
  const [response]: IncomingMessage[] = await once(request, "response");
  assert.ok(response);
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode ?? 0, body };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, "not within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
