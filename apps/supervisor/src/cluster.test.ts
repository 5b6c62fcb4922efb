import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const program = `
  const server = require("node:http").createServer((_, r) => r.end(String(process.pid)));
  server.listen(process.env.PORT);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

test("killed with -9, the next start ends what was left and runs the same pods again; a closed stdin ends everything", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "cluster-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const image = storeSnapshot(home);
  const first = await start(t, home);
  await create(home, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } });
  await create(home, "/apis/apps/v1/namespaces/web/deployments", deployment(image));
  await create(home, "/api/v1/namespaces/web/services", service);
  const pid = Number(await answer(first.gateway));

  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  assert.equal(isAlive(pid), true, "the pod's process outlives its cluster, until the next start");

  const second = await start(t, home);
  assert.equal(second.gateway, first.gateway, "the ports are kept");
  const next = Number(await answer(second.gateway));
  assert.notEqual(next, pid);
  assert.equal(isAlive(pid), false);

  second.child.stdin?.end();
  assert.deepEqual(await once(second.child, "exit"), [0, null]);
  assert.equal(isAlive(next), false);
});

test("SIGTERM ends the cluster and its pods", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "cluster-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const { child, gateway } = await start(t, home);
  await create(home, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } });
  await create(home, "/apis/apps/v1/namespaces/web/deployments", deployment(storeSnapshot(home)));
  await create(home, "/api/v1/namespaces/web/services", service);
  const pid = Number(await answer(gateway));
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  assert.equal(isAlive(pid), false);
});

const labels = { "fairway.dev/service": "web" };
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", labels },
  spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
};

function deployment(image: string): unknown {
  const container = {
    name: "app",
    image,
    command: ["node", "."],
    ports: [{ name: "http", containerPort: 8080 }],
    readinessProbe: { tcpSocket: { port: "http" } },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web-a" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  };
}

async function start(t: TestContext, home: string): Promise<{ child: ChildProcess; gateway: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("cluster.ts", import.meta.url))], {
    env: { ...process.env, FAIRWAY_HOME: home, FAIRWAY_CLUSTER: "alpha", FAIRWAY_SERVICE_PORTS: "60000" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin.end();
    await once(child, "exit");
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const ready = z.object({ kind: z.literal("ready"), gateway: z.string() }).parse(JSON.parse(String(line)));
  return { child, gateway: ready.gateway };
}

function storeSnapshot(home: string): string {
  const source = join(home, "source");
  mkdirSync(source);
  writeFileSync(join(source, "index.js"), program);
  const tar = execFileSync("tar", ["--format=ustar", "-C", source, "-cf", "-", "index.js"]);
  const digest = createHash("sha256").update(tar).digest("hex");
  mkdirSync(join(home, "snapshots"), { recursive: true });
  writeFileSync(join(home, "snapshots", `${digest}.tar`), tar);
  return `snapshot.fairway.dev/web@sha256:${digest}`;
}

const kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": z.base64() }) })]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});

async function create(home: string, path: string, object: unknown): Promise<void> {
  const text = readFileSync(join(home, "clusters", "alpha", "kubeconfig"), "utf8");
  const { clusters, users } = kubeconfig.parse(JSON.parse(text));
  const request = httpsRequest(`${clusters[0].cluster.server}${path}`, {
    method: "POST",
    ca: Buffer.from(clusters[0].cluster["certificate-authority-data"], "base64"),
    headers: { Authorization: `Bearer ${users[0].user.token}`, "Content-Type": "application/json" },
    agent: false,
  });
  request.end(JSON.stringify(object));
  const [response] = await once(request, "response");
  response.resume();
  assert.equal(response.statusCode, 201, path);
}

/** Asks the gateway until the service answers. */
async function answer(gateway: string): Promise<string> {
  const [host = "", port = ""] = gateway.split(":");
  const deadline = Date.now() + 20_000;
  for (;;) {
    const request = httpRequest({ host, port: Number(port), headers: { Host: "web.localhost" }, agent: false });
    request.end();
    const [response] = await once(request, "response");
    let body = "";
    for await (const chunk of response) body += chunk;
    if (response.statusCode === 200) return body;
    assert.ok(Date.now() < deadline, body);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A process that has ended and waits for its parent to notice is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
