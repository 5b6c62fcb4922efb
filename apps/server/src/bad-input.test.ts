import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { problem } from "@fairway/api";
import tar from "tar-stream";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function send(
  method: string,
  path: string,
  options: {
    readonly headers?: Record<string, string>;
    readonly body?: string | Buffer;
    readonly agent?: Agent;
    readonly timeout?: number;
  } = {},
): Promise<Answer> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: options.headers ?? {},
      agent: options.agent ?? false,
    });
    if (options.timeout !== undefined) sent.setTimeout(options.timeout, () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on("error", reject);
    });
    // The server may answer and hang up before it has read a body that it does not want.
    sent.end(options.body);
  });
}

const token = () => ({ authorization: `Bearer ${server.token}` });
const json = () => ({ ...token(), "content-type": "application/json" });

/** A refusal says what is wrong in the one form that there is, and nothing of our inside; afterwards the server lives. */
async function refused(sending: Promise<Answer>, status: number, code: string): Promise<Answer> {
  const answer = await sending;
  assert.equal(answer.headers["content-type"]?.toString().split(";")[0], "application/problem+json", answer.body);
  const parsed = problem.parse(JSON.parse(answer.body));
  assert.deepEqual([answer.status, parsed.status, parsed.code], [status, status, code]);
  assert.doesNotMatch(answer.body, /\bat .*\.(ts|js):\d+|node_modules/);
  assert.ok(!answer.body.includes(server.token));
  assert.equal((await send("GET", "/livez")).status, 200);
  return answer;
}

test("no token, a wrong one, one that only begins like ours", async () => {
  await refused(send("GET", "/v1/services"), 401, "not-signed-in");
  for (const wrong of ["nope", server.token.slice(0, -1), `${server.token}x`, ""]) {
    await refused(send("GET", "/v1/services", { headers: { authorization: `Bearer ${wrong}` } }), 401, "not-signed-in");
  }
  await refused(
    send("GET", "/v1/services", { headers: { cookie: "fairway_session=forged.99999999999999" } }),
    401,
    "not-signed-in",
  );
});

test("a foreign Host is misdirected, whatever the token", async () => {
  const { port } = new URL(server.url);
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1:1", "localhost"]) {
    await refused(send("GET", "/v1/services", { headers: { ...token(), host } }), 421, "host-unknown");
  }
  for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
    assert.equal((await send("GET", "/v1/services", { headers: { ...token(), host } })).status, 200, host);
  }
});

test("a foreign Origin may change nothing", async () => {
  const body = JSON.stringify({ code: "x" });
  for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", `${server.url}.evil.example`]) {
    await refused(send("POST", "/v1/session", { headers: { ...json(), origin }, body }), 403, "origin-foreign");
  }
  await refused(
    send("POST", "/v1/session", { headers: { ...json(), "sec-fetch-site": "cross-site" }, body }),
    403,
    "origin-foreign",
  );
  await refused(
    send("POST", "/v1/session", { headers: { ...json(), origin: server.url }, body }),
    403,
    "code-not-valid",
  );
});

test("a code signs in once; its cookie reads, but not from other sites, and not after signing out", async () => {
  const { code } = await server.client.createSignInCode();
  const signIn = () =>
    send("POST", "/v1/session", {
      headers: { "content-type": "application/json", origin: server.url },
      body: JSON.stringify({ code }),
    });
  const answer = await signIn();
  assert.equal(answer.status, 204);
  const [set = ""] = answer.headers["set-cookie"] ?? [];
  assert.match(set, /^fairway_session=.*; HttpOnly; SameSite=Strict$/);
  await refused(signIn(), 403, "code-not-valid");

  const cookie = set.split(";")[0] ?? "";
  const own = { cookie, "sec-fetch-site": "same-origin" };
  assert.equal((await send("GET", "/v1/account", { headers: own })).status, 200);
  await refused(
    send("GET", "/v1/account", { headers: { cookie, "sec-fetch-site": "cross-site" } }),
    403,
    "origin-foreign",
  );
  await refused(
    send("GET", "/v1/account", { headers: { cookie, origin: "http://evil.example" } }),
    403,
    "origin-foreign",
  );
  await refused(send("DELETE", "/v1/session", { headers: { cookie } }), 403, "origin-foreign");
  await refused(send("GET", "/v1/account", { headers: { cookie: cookie.replace(/.$/, "~") } }), 401, "not-signed-in");

  assert.equal((await send("DELETE", "/v1/session", { headers: { ...own, origin: server.url } })).status, 204);
  await refused(send("GET", "/v1/account", { headers: own }), 401, "not-signed-in");
});

test("a session outlives the process; one that was ended does not come back with the next", async () => {
  const signIn = async () => {
    const { code } = await server.client.createSignInCode();
    const headers = { "content-type": "application/json", origin: server.url };
    const answer = await send("POST", "/v1/session", { headers, body: JSON.stringify({ code }) });
    return { cookie: answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "", "sec-fetch-site": "same-origin" };
  };
  const [kept, ended] = [await signIn(), await signIn()];
  const leave = await send("DELETE", "/v1/session", { headers: { ...ended, origin: server.url } });
  assert.equal(leave.status, 204);
  server = await server.restart();
  await refused(send("GET", "/v1/account", { headers: ended }), 401, "not-signed-in");
  assert.equal((await send("GET", "/v1/account", { headers: kept })).status, 200);
});

test("guessing codes is stopped", async () => {
  const guess = () =>
    send("POST", "/v1/session", { headers: { "content-type": "application/json" }, body: '{"code":"guess"}' });
  const codes = [];
  for (let i = 0; i < 12; i += 1) codes.push((await guess()).status);
  assert.ok(codes.includes(429), codes.join());
  const last = await refused(guess(), 429, "too-many-attempts");
  assert.equal(last.headers["retry-after"], "60");
  const { code } = await server.client.createSignInCode();
  const right = await send("POST", "/v1/session", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
  assert.equal(right.status, 204, "guesses of others keep nobody out");
});

test("bodies that are no JSON, of the wrong shape, of the wrong type, or too large", async () => {
  const post = (body: string, headers: Record<string, string> = json()) =>
    send("POST", "/v1/rollouts", { headers, body });
  await refused(post("{"), 400, "body-not-valid");
  await refused(post(""), 400, "body-not-valid");
  await refused(post("<xml/>", { ...token(), "content-type": "text/xml" }), 415, "content-type-unknown");
  const shape = await refused(post('{"service":["x"],"release":7}'), 400, "body-not-valid");
  assert.deepEqual(
    problem.parse(JSON.parse(shape.body)).issues?.map(({ field }) => field),
    ["service", "release", "idempotencyKey"],
  );
  await refused(post(JSON.stringify({ service: "x".repeat(100_000) })), 413, "body-too-large");
  await refused(post('{"__proto__":{"admin":true}}'), 400, "body-not-valid");
  for (const odd of [{ release: "ab\0cd" }, { idempotencyKey: "12345678\0" }, { release: "ab\u001b[2J" }]) {
    const body = { service: "web", release: "abcdef", idempotencyKey: "12345678", ...odd };
    await refused(post(JSON.stringify(body)), 400, "body-not-valid");
  }
  assert.deepEqual((await server.client.listRollouts()).items, []);
});

test("addresses and queries that cannot be", async () => {
  const get = (path: string) => send("GET", path, { headers: token() });
  await refused(get("/v1/nothing"), 404, "not-found");
  await refused(get("/v1/services/no-such-service"), 404, "not-found");
  await refused(get("/v1/services/..%2f..%2fadmin-token"), 404, "params-not-valid");
  await refused(get("/v1/rollouts/1e99"), 404, "params-not-valid");
  for (const path of ["/%zz", "/v1/services/%E0%A4%A"]) {
    const answer = await refused(get(path), 400, "request-not-valid");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
  }
  await refused(get("/v1/rollouts/3000000000"), 404, "params-not-valid");
  await refused(send("DELETE", "/v1/services/constructor", { headers: token() }), 404, "not-found");
  assert.equal((await get("/.built-from")).status, 404);
  await refused(get("/v1/rollouts/99"), 404, "not-found");
  await refused(get("/v1/rollouts/99/events"), 404, "not-found");
  await refused(get("/v1/rollouts?limit=-1"), 400, "query-not-valid");
  await refused(get("/v1/services?environment=staging"), 404, "environment-unknown");
  // 403 of the static files where the dashboard is built, 404 where it is not.
  assert.match(String((await get("/%00")).status), /^40[34]$/);
  assert.ok((await get("/..%2f..%2f..%2fpackage.json")).status >= 400);
});

test("streams have a limit, and count no longer when their clients have left", async () => {
  const { port } = new URL(server.url);
  const open = (): Promise<{ readonly status: number; close(): void }> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path: "/v1/events", headers: token(), agent: false });
      sent.on("error", reject);
      sent.on("response", (response) => {
        response.on("error", () => {});
        resolve({ status: response.statusCode ?? 0, close: () => response.destroy() });
      });
      sent.end();
    });
  const streams = await Promise.all(Array.from({ length: 520 }, open));
  const statuses = new Set(streams.map(({ status }) => status));
  assert.deepEqual([...statuses].sort(), [200, 503]);
  for (const stream of streams) stream.close();
  for (let tries = 0; ; tries += 1) {
    const { status, close } = await open();
    close();
    if (status === 200) break;
    assert.ok(tries < 500, "the streams are still counted");
  }
});

test("what is not HTTP gets an answer and no more", async () => {
  const { port } = new URL(server.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.write("\u0016\u0003\u0001 hello\r\n\r\n"));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
  assert.match(answer, /^HTTP\/1\.1 400 /);
});

const snapshot = `sha256:${"0".repeat(64)}`;
const createRelease = (appToml: string, digest = snapshot) =>
  send("POST", "/v1/releases", { headers: json(), body: JSON.stringify({ appToml, snapshot: digest }) });

test("an app.toml that is broken, has unknown keys, or 10 MB: every issue with its place, nothing stored", async () => {
  const broken = await refused(createRelease('name = "user'), 422, "app-toml-not-valid");
  assert.equal(problem.parse(JSON.parse(broken.body)).issues?.[0]?.line, 1);
  const keys = await refused(
    createRelease('name = "user"\nkind = "business"\nreplica = 2\nowener = "me"\n[engine]\nname = "node"\n'),
    422,
    "app-toml-not-valid",
  );
  const issues = problem.parse(JSON.parse(keys.body)).issues ?? [];
  assert.deepEqual(
    issues.filter(({ code }) => code === "unknown-key").map(({ line, column }) => [line, column]),
    [
      [3, 1],
      [4, 1],
    ],
  );
  await refused(createRelease(`name = "user"\n# ${"x".repeat(10_000_000)}`), 413, "body-too-large");
  await refused(createRelease(`name = "user"\n# ${"x".repeat(1_100_000)}`), 400, "body-not-valid");
  assert.deepEqual((await server.client.listServices()).items, []);
});

test("files beside app.toml that are too many, too large, or have odd names", async () => {
  const create = (kubernetes: Readonly<Record<string, string>>) =>
    send("POST", "/v1/releases", {
      headers: json(),
      body: JSON.stringify({ appToml: valid("user"), snapshot, kubernetes }),
    });
  for (const name of ["../../etc/passwd.yaml", "a b.yaml", "run.sh", ".yaml".padStart(200, "a")]) {
    await refused(create({ [name]: "" }), 400, "body-not-valid");
  }
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`${index}.yaml`, ""]));
  await refused(create(many), 400, "body-not-valid");
  await refused(create({ "a.yaml": "x".repeat(600_000), "b.yaml": "x".repeat(600_000) }), 400, "body-not-valid");
});

const valid = (name: string) => `name = "${name}"\ndescription = "d"\nkind = "business"\n[engine]\nname = "node"\n`;

test("a service named like a reserved namespace, or without its snapshot", async () => {
  for (const name of ["kube-system", "default", "fairway-system"]) {
    await refused(createRelease(valid(name)), 422, "namespace-reserved");
  }
  await refused(createRelease(valid("user")), 422, "snapshot-unknown");
  await refused(send("GET", "/v1/services/user", { headers: token() }), 404, "not-found");
});

async function archive(fill: (pack: ReturnType<typeof tar.pack>) => void): Promise<Buffer> {
  const pack = tar.pack();
  fill(pack);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The first block of an archive that says it holds a file of this size. */
async function header(name: string, size: number): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name, size });
  for await (const chunk of pack) return chunk as Buffer;
  return assert.fail("no header");
}

const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const put = (digest: string, body: Buffer) =>
  send("PUT", `/v1/snapshots/${encodeURIComponent(digest)}`, {
    headers: { ...token(), "content-type": "application/vnd.fairway.snapshot.v1.tar+gzip" },
    body,
  });

test("hostile archives: out of the folder, devices, a wrong digest, no gzip; nothing stays on disk", async () => {
  const outside = await archive((pack) => pack.entry({ name: "../evil.js" }, "x"));
  const link = await archive((pack) => pack.entry({ name: "etc", type: "symlink", linkname: "/etc" }));
  const device = await archive((pack) => pack.entry({ name: "sda", type: "block-device", devmajor: 8, devminor: 0 }));
  for (const content of [outside, link, device]) {
    await refused(put(digestOf(content), gzipSync(content)), 422, "archive-refused");
  }
  const good = await archive((pack) => pack.entry({ name: "index.js" }, "x"));
  await refused(put(snapshot, gzipSync(good)), 422, "digest-mismatch");
  await refused(put(digestOf(good), good), 422, "archive-refused");
  await refused(put(digestOf(good), gzipSync(good).subarray(0, 40)), 422, "archive-refused");
  const bomb = Buffer.concat([await header("zeros", 600 * 1024 * 1024), Buffer.alloc(16 * 1024 * 1024)]);
  await refused(put(digestOf(bomb), gzipSync(bomb, { level: 1 })), 413, "archive-too-large");
  await refused(send("PUT", "/v1/snapshots/sha256:short", { headers: token() }), 404, "params-not-valid");
  const left = await readdir(join(server.home, "snapshots")).catch(() => []);
  assert.deepEqual(left, []);
});

test("the rest of a refused upload does not stand before the next request of the same connection", async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const body = Buffer.concat([gzipSync(Buffer.alloc(4_096, "x")), Buffer.alloc(400_000, "x")]);
  const headers = { ...token(), "content-type": "application/vnd.fairway.snapshot.v1.tar+gzip" };
  await refused(
    send("PUT", `/v1/snapshots/sha256:${"1".repeat(64)}`, { headers, body, agent }),
    422,
    "archive-refused",
  );
  assert.equal((await send("GET", "/livez", { agent, timeout: 5_000 })).status, 200);
});

test("a kubeconfig that would run a program here, or name a file of ours", async () => {
  const add = (user: string) =>
    send("POST", "/v1/clusters", {
      headers: json(),
      body: JSON.stringify({
        name: "gamma",
        environment: "prod",
        kubeconfig: `apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: ${user}}]
`,
      }),
    });
  await refused(
    add('{exec: {apiVersion: client.authentication.k8s.io/v1, command: "/bin/sh", interactiveMode: Never}}'),
    422,
    "kubeconfig-not-valid",
  );
  await refused(add('{client-certificate: "/etc/passwd", client-key: "/etc/passwd"}'), 422, "kubeconfig-not-valid");
  await refused(
    send("POST", "/v1/clusters", {
      headers: json(),
      body: JSON.stringify({ name: "gamma", environment: "prod", kubeconfig: "{" }),
    }),
    422,
    "kubeconfig-not-valid",
  );
  await refused(
    send("POST", "/v1/clusters", {
      headers: json(),
      body: JSON.stringify({ name: "alpha", environment: "prod", kubeconfig: "{" }),
    }),
    409,
    "cluster-exists",
  );
  assert.equal((await server.client.listClusters()).items.length, 2);
  await refused(send("DELETE", "/v1/clusters/alpha", { headers: token() }), 409, "cluster-embedded");
});

test("every answer carries the security headers, problems too", async () => {
  for (const path of ["/", "/livez", "/v1/services", "/nothing"]) {
    const { headers } = await send("GET", path, { headers: { accept: "text/html" } });
    assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
  }
});

test("no secret and no code reached the log", () => {
  assert.ok(!server.log.join("\n").includes(server.token));
  assert.deepEqual(
    server.log.filter((line) => line.includes("request failed")),
    [],
  );
});
