import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { ApiProblem } from "./api-problem.ts";
import { createClient } from "./client.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function listen(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
  response.end(JSON.stringify(value));
}

async function problemOf(promise: Promise<unknown>): Promise<ApiProblem> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  return assert.fail("it was expected to be refused");
}

test("fills in path and query, sends the token, drops unknown fields of the answer", async (t) => {
  const seen: (string | undefined)[] = [];
  const baseUrl = await listen(t, (request, response) => {
    seen.push(request.method, request.url, request.headers.authorization);
    json(response, 200, { items: [], fromTheFuture: true });
  });
  const client = createClient({ baseUrl, token: "secret" });
  const answer = await client.listReleases({ params: { service: "user" }, query: { environment: "prod" } });
  assert.deepEqual(answer, { items: [] });
  assert.deepEqual(seen, ["GET", "/v1/services/user/releases?environment=prod", "Bearer secret"]);
});

test("a refused request becomes its problem, with every issue", async (t) => {
  const baseUrl = await listen(t, (_request, response) =>
    json(response, 422, {
      type: "about:blank",
      title: "app.toml is not valid",
      status: 422,
      code: "app-toml-not-valid",
      hint: "correct it",
      issues: [{ code: "unknown-key", message: 'unknown key "replica"', line: 4, column: 1, length: 7 }],
    }),
  );
  const client = createClient({ baseUrl });
  const refused = await problemOf(
    client.createRelease({ body: { appToml: "", snapshot: `sha256:${"0".repeat(64)}` } }),
  );
  assert.equal(refused.code, "app-toml-not-valid");
  assert.equal(refused.status, 422);
  assert.equal(refused.hint, "correct it");
  assert.equal(refused.issues[0]?.line, 4);
});

test("an answer of another program is told from a refusal", async (t) => {
  const baseUrl = await listen(t, (_request, response) => response.end("<html>"));
  const refused = await problemOf(createClient({ baseUrl }).account());
  assert.equal(refused.code, "unexpected-response");
});

test("nobody listening is server-unreachable and names the address, without its password", async () => {
  const refused = await problemOf(createClient({ baseUrl: "http://user:hidden@127.0.0.1:1" }).account());
  assert.equal(refused.code, "server-unreachable");
  assert.doesNotMatch(`${refused.message} ${refused.stack}`, /hidden/);
});

test("a server that never answers meets the deadline; the caller's own abort stays its own", async (t) => {
  const baseUrl = await listen(t, () => {});
  const client = createClient({ baseUrl, timeout: 50 });
  assert.equal((await problemOf(client.account())).code, "deadline-exceeded");
  await assert.rejects(client.account({ timeout: 60_000, signal: AbortSignal.abort(new Error("mine")) }), /mine/);
});

test("HEAD says whether it is there", async (t) => {
  const known = `sha256:${"1".repeat(64)}`;
  const baseUrl = await listen(t, (request, response) => {
    response.writeHead(request.url?.endsWith(encodeURIComponent(known)) ? 200 : 404).end();
  });
  const client = createClient({ baseUrl });
  assert.equal(await client.headSnapshot({ params: { digest: known } }), true);
  assert.equal(await client.headSnapshot({ params: { digest: `sha256:${"2".repeat(64)}` } }), false);
});

test("an upload is streamed", async (t) => {
  const digest = `sha256:${"1".repeat(64)}`;
  const baseUrl = await listen(t, (request, response, body) => {
    assert.equal(request.headers["transfer-encoding"], "chunked");
    assert.equal(request.headers["content-type"], "application/vnd.fairway.snapshot.v1.tar+gzip");
    json(response, 201, { digest, files: 1, bytes: body.length });
  });
  async function* content() {
    yield new Uint8Array(3);
    yield new Uint8Array(4);
  }
  const answer = await createClient({ baseUrl }).putSnapshot({ params: { digest }, content: content() });
  assert.equal(answer.bytes, 7);
});

test("an unchanged version is not-modified", async (t) => {
  const baseUrl = await listen(t, (request, response) => {
    response.writeHead(request.headers["if-none-match"] === '"7"' ? 304 : 500).end();
  });
  assert.equal((await problemOf(createClient({ baseUrl }).edgeRoutes({ unlessVersion: "7" }))).code, "not-modified");
});

test("a stream resumes behind the last event that was seen and ends when the server says so", async (t) => {
  const resumedFrom: (string | undefined)[] = [];
  const baseUrl = await listen(t, (request, response) => {
    const last = request.headers["last-event-id"];
    resumedFrom.push(typeof last === "string" ? last : undefined);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const event = (id: number) => `id: ${id}\ndata: ${JSON.stringify({ kind: "service", id: `s${id}` })}\n\n`;
    if (last === undefined) {
      // The connection breaks in the middle of the second event.
      response.write(`${event(1)}id: 2\ndata: {"kin`, () => response.destroy());
    } else {
      response.end(`: heartbeat\n\n${event(2)}${event(3)}event: end\ndata: {}\n\n`);
    }
  });
  const states: string[] = [];
  const ids: string[] = [];
  for await (const event of createClient({ baseUrl }).events({ onConnection: (state) => states.push(state) })) {
    ids.push(event.data.id);
  }
  assert.deepEqual(ids, ["s1", "s2", "s3"]);
  assert.deepEqual(resumedFrom, [undefined, "1"]);
  assert.deepEqual(states, ["open", "lost", "open"]);
});

test("a stream that is refused throws the problem and does not try again", async (t) => {
  let requests = 0;
  const baseUrl = await listen(t, (_request, response) => {
    requests += 1;
    json(response, 404, { type: "about:blank", title: "No such rollout", status: 404, code: "not-found" });
  });
  const stream = createClient({ baseUrl }).followRollout({ params: { number: 1 } });
  const refused = await problemOf(stream[Symbol.asyncIterator]().next());
  assert.equal(refused.code, "not-found");
  assert.equal(requests, 1);
});

test("aborting a stream stops it with the caller's reason", async (t) => {
  const baseUrl = await listen(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"kind":"cluster","id":"alpha"}\n\n');
  });
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const event of createClient({ baseUrl }).events({ signal: abort.signal })) {
      assert.equal(event.data.id, "alpha");
      abort.abort(new Error("enough"));
    }
  }, /enough/);
});
