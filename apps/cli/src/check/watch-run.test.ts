import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { type TestContext, test } from "node:test";
import { type Finding, type WatchedRun, watchedFindings } from "@fairway/intake";
import { builtinProfile, parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";
import { serviceFolder } from "../testing/run-cli.ts";
import { watchRun } from "./watch-run.ts";

const linux = process.platform === "linux" ? {} : { skip: "only Linux says this of a process" };

function specOf(appToml: string): ServiceSpec {
  const parsed = parseAppToml(`name = "watched"\nrun.grace = 1\n${appToml}`);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return specFor(parsed.value, "prod");
}

/** Runs a service of one file, and gives the rules that its run breaks. */
async function watched(
  t: TestContext,
  source: string,
  appToml = "",
): Promise<{ run: WatchedRun; rules: readonly string[]; findings: readonly Finding[] }> {
  const folder = await serviceFolder(t, { "index.js": source });
  const spec = specOf(appToml);
  const { signal } = new AbortController();
  const run = await watchRun({ folder, spec, environment: process.env, patience: 3_000, signal });
  const findings = watchedFindings(run, { spec, profile: builtinProfile });
  return { run, findings, rules: findings.map(({ rule }) => rule) };
}

/** A server that does all right, with more lines before it. */
const good = (more = "", answer = 'response.end("ok")') => `
const http = require("node:http");
${more}
const server = http.createServer((request, response) => { ${answer} });
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;

test("a service that does everything right: nothing is found", async (t) => {
  const { run, rules } = await watched(t, good(), 'health.ready = "/ready"\n');
  assert.deepEqual(rules, []);
  assert.deepEqual(run.health, [{ check: "ready", path: "/ready", status: 200 }]);
  assert.equal(run.stop?.request, "answered");
});

test("it gets what a pod gets: $PORT, a home and a place for temporary files, [env], addresses, secrets", async (t) => {
  const names = "PORT HOME TMPDIR HOSTNAME GREETING SERVICE_PAY_URL API_TOKEN SHELL".split(" ");
  const source = good(`console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? "none")));
require("node:fs").writeFileSync(process.env.TMPDIR + "/x", "fine");`);
  const appToml = 'env.GREETING = "hi"\nsecrets.required = ["API_TOKEN"]\n[[dependencies]]\nname = "pay"\n';
  const { run, rules } = await watched(t, source, appToml);
  assert.deepEqual(rules, []);
  const [port, home, temporary, host, greeting, pay, token, shell] = JSON.parse(run.output[0] ?? "");
  assert.equal(port, String(run.port));
  assert.match(`${home} ${temporary}`, /fairway-check-\w+\/home .*fairway-check-\w+\/tmp$/);
  assert.deepEqual([host, greeting, shell], ["watched-check", "hi", "none"]);
  assert.match(`${pay} ${token}`, /^http:\/\/127\.0\.0\.1:9 not-a-secret$/);
});

test("one that ends at its start: the variable that it wants", async (t) => {
  const { findings } = await watched(t, 'if (!process.env.SHOP_DB) throw new Error("SHOP_DB is not set");');
  assert.deepEqual(
    findings.map(({ rule, severity }) => [rule, severity]),
    [["ends-at-start", "must"]],
  );
  assert.match(findings[0]?.message ?? "", /exit code 1\): it wants SHOP_DB$/);
  assert.match(findings[0]?.lines?.join("\n") ?? "", /SHOP_DB is not set/);
});

test("one whose program is not there", async (t) => {
  const { findings } = await watched(t, "", 'run.command = "no-such-program-here"\n');
  assert.match(findings[0]?.message ?? "", /^ends at its start \(exit code 127\): no-such-program-here$/);
});

test("a port of its own, the loopback only", linux, async (t) => {
  const other = await watched(t, 'require("node:http").createServer().listen(0);');
  assert.deepEqual(other.rules.slice(0, 1), ["fixed-port"]);
  assert.match(other.findings[0]?.message ?? "", /^listens on \d+, and not on \$PORT$/);
  const loopback = await watched(t, good().replace("env.PORT", 'env.PORT, "127.0.0.1"'));
  assert.deepEqual(loopback.rules, ["loopback-only"]);
});

test("files that it writes: a log, state; not those of $TMPDIR", async (t) => {
  const { run, findings } = await watched(
    t,
    good(`const fs = require("node:fs");
fs.mkdirSync("logs");
fs.writeFileSync("logs/app.log", "started");
fs.writeFileSync("state.json", "{}");`),
  );
  assert.deepEqual(run.written, ["logs/app.log", "state.json"]);
  assert.deepEqual(
    findings.map(({ rule, message }) => [rule, message]),
    [
      ["logs-to-files", "wrote its log to logs/app.log"],
      ["local-state", "wrote state.json"],
    ],
  );
});

test("a health path that answers 500", async (t) => {
  const { findings } = await watched(
    t,
    good("", "response.statusCode = 500; response.end()"),
    "health.live = { path = '/live', period = 1, threshold = 1 }\n",
  );
  assert.deepEqual(
    findings.map(({ message }) => message),
    ["/live (live in [health]) answers 500"],
  );
});

test("connections that no variable told it of", linux, async (t) => {
  const { createServer } = await import("node:net");
  const sockets: { destroy(): void }[] = [];
  const somebody = createServer((socket) => void sockets.push(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    somebody.close();
  });
  await new Promise((resolve) => somebody.once("listening", resolve));
  const address = somebody.address();
  const port = typeof address === "object" ? address?.port : 0;
  const client = (target: string) => good(`require("node:net").connect(${target}).on("error", () => {}).unref();`);
  const { findings } = await watched(t, client(`${port}, "127.0.0.1"`));
  assert.deepEqual(
    findings.map(({ message }) => message),
    [`opened connections that no variable told it of: 127.0.0.1:${port}`],
  );
  const told = await watched(
    t,
    client("process.env.DB_PORT, process.env.DB_HOST"),
    `env = { DB_HOST = "127.0.0.1", DB_PORT = ${port} }\n`,
  );
  assert.deepEqual(told.rules, []);
});

test("more memory than its size", linux, async (t) => {
  const { findings } = await watched(t, good("globalThis.kept = Buffer.alloc(200 * 2 ** 20, 1);"));
  assert.deepEqual(
    findings.map(({ rule, severity }) => [rule, severity]),
    [["memory-over-size", "should"]],
  );
});

test("SIGTERM: not handled, requests cut, never ending", async (t) => {
  const deaf = await watched(t, good().replace(/process\.once.*/, ""));
  assert.deepEqual(
    deaf.findings.map(({ message }) => message),
    ["does nothing on SIGTERM: a request on its way was cut"],
  );
  const hasty = await watched(t, good().replace("server.close()", "process.exit(0)"));
  assert.deepEqual(hasty.rules, ["requests-cut"]);
  const deadlocked = await watched(t, good().replace("server.close()", "{}"));
  assert.deepEqual(deadlocked.rules, ["does-not-end"]);
});

test("a shell that does not hand the signal on", linux, async (t) => {
  const { rules } = await watched(t, good(), "run.command = ['sh', '-c', 'node . & wait']\n");
  assert.deepEqual(rules, ["signals-not-handled"]);
});

test("a job serves nobody: it need not listen", async (t) => {
  const { rules } = await watched(
    t,
    'setInterval(() => {}, 1000); process.once("SIGTERM", () => process.exit());',
    'kind = "job"\n',
  );
  assert.deepEqual(rules, []);
  assert.deepEqual((await watched(t, "console.log('done')", 'kind = "job"\n')).rules, []);
});

test("stopped in its middle: the processes are gone, and so is the place", async (t) => {
  const folder = await serviceFolder(t, { "index.js": "setInterval(() => {}, 1000); console.log(process.pid);" });
  const stop = new AbortController();
  const places = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("fairway-check-"));
  const before = await places();
  const pending = watchRun({
    folder,
    spec: specOf(""),
    environment: process.env,
    patience: 20_000,
    signal: stop.signal,
    onStep: (step) => {
      if (step === "starting") setImmediate(() => stop.abort(new Error("enough")));
    },
  });
  await assert.rejects(pending, /enough/);
  assert.deepEqual(
    (await places()).filter((name) => !before.includes(name)),
    [],
  );
});
