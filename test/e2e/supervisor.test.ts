/** The processes of a platform as a whole: they start together, come back, and leave nothing behind. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { checkout, eventually, isAlive, type Platform, startPlatform, writeService } from "./platform.ts";

const service = {
  "app.toml": `name = "hello"
description = "says hello"
kind = "business"
replicas = 2

[engine]
name = "node"

[health]
ready = "/"
`,
  "index.js": `require("node:http").createServer((_, response) => response.end("hello " + process.pid)).listen(process.env.PORT);
process.once("SIGTERM", () => process.exit(0));
`,
};

/** Every process whose environment or arguments name the platform's folder, pods included. */
async function processesOf(platform: Platform): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const about = await Promise.all(
      ["environ", "cmdline"].map((file) => readFile(`/proc/${name}/${file}`, "utf8").catch(() => "")),
    );
    const folder = await readlink(`/proc/${name}/cwd`).catch(() => "");
    if ([...about, folder].some((text) => text.includes(platform.home))) found.push(Number(name));
  }
  return found;
}

const podPids = async (platform: Platform): Promise<string[]> => {
  const answers = await Promise.all(Array.from({ length: 24 }, () => platform.get("hello")));
  return [...new Set(answers.map(({ body }) => body))].sort();
};

async function startWithService(t: TestContext): Promise<Platform> {
  const platform = await startPlatform(t);
  const folder = await writeService(platform, "hello", service);
  const deployed = await platform.fairway(["deploy", folder]);
  assert.equal(deployed.code, 0, deployed.stdout + deployed.stderr);
  await eventually("the service answers", async () => (await platform.get("hello")).status === 200);
  return platform;
}

test("killing the server alone, twice: it comes back, pods keep their pids, the edge goes on", async (t) => {
  const platform = await startWithService(t);
  const before = await podPids(platform);
  assert.equal(before.length, 4);
  let pid = platform.pids["server"] ?? assert.fail("no server");
  for (let round = 0; round < 2; round += 1) {
    process.kill(pid, "SIGKILL");
    assert.equal((await platform.get("hello")).status, 200);
    const killed = pid;
    pid = await eventually("another server", async () => {
      const { children } = JSON.parse(await readFile(path.join(platform.home, "supervisor.json"), "utf8"));
      return children.server !== killed && isAlive(children.server) && children.server;
    });
    await eventually("the server answers", async () => (await platform.client.livez()) === "ok\n");
  }
  const { items } = await platform.client.listServices();
  assert.deepEqual(
    items.map(({ name }) => name),
    ["hello"],
  );
  assert.deepEqual(await podPids(platform), before);
  await eventually("clusters are seen again", async () =>
    (await platform.client.listClusters()).items.every(({ reachable }) => reachable),
  );
});

test("a rollout goes on while the server is killed", async (t) => {
  const platform = await startWithService(t);
  const folder = path.join(platform.folder, "hello");
  await writeFile(path.join(folder, "index.js"), service["index.js"].replace('"hello "', '"changed "'));
  const deploying = platform.fairway(["deploy", folder]);
  await eventually("the rollout begins", async () => {
    const [newest] = (await platform.client.listRollouts()).items;
    return newest?.number === 2 && newest.status === "running";
  });
  process.kill(platform.pids["server"] ?? 0, "SIGKILL");
  const { code, stdout, stderr } = await deploying;
  assert.equal(code, 0, stdout + stderr);
  await eventually("the new release serves", async () => (await platform.get("hello")).body.startsWith("changed"));
});

test("kill -9 of the supervisor leaves no process", async (t) => {
  const platform = await startWithService(t);
  const { pid } = JSON.parse(await readFile(path.join(platform.home, "supervisor.json"), "utf8"));
  assert.ok((await processesOf(platform)).length >= 9);
  process.kill(pid, "SIGKILL");
  await eventually("everything has gone", async () => (await processesOf(platform)).length === 0);
});

test("SIGTERM stops everything, says so, and the next start finds what was deployed", async (t) => {
  const platform = await startWithService(t);
  await platform.stop();
  assert.equal(platform.supervisor.exitCode, 0);
  assert.deepEqual(await processesOf(platform), []);
  const again = await startPlatform(t, { home: platform.home });
  await eventually("the service answers again", async () => (await again.get("hello")).status === 200);
});

test("a second start on the same home says where the first one serves", async (t) => {
  const platform = await startPlatform(t);
  const second = await run({ FAIRWAY_HOME: platform.home, FAIRWAY_PORT: "0", FAIRWAY_EDGE_PORT: "0" });
  assert.equal(second.code, 1);
  assert.ok(second.output.includes(platform.url), second.output);
});

test("a port that was asked for and is taken is an error that names it", async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  t.after(() => taken.close());
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : assert.fail();
  const home = await mkdtemp(path.join(tmpdir(), "fairway-e2e-port-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  const { code, output } = await run({ FAIRWAY_HOME: home, FAIRWAY_PORT: String(port), FAIRWAY_EDGE_PORT: "0" });
  assert.equal(code, 1);
  assert.match(output, new RegExp(`port ${port} is taken`));
});

function run(env: Readonly<Record<string, string>>): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [path.join(checkout, "start.mjs"), "--no-examples"],
      { env: { ...process.env, ...env }, timeout: 60_000 },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : typeof error.code === "number" ? error.code : -1,
          output: stdout + stderr,
        }),
    );
    child.stdin?.end();
  });
}
