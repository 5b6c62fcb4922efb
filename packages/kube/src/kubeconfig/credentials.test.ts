import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ClusterError } from "@fairway/rollout";
import { type ConnectedCluster, type ConnectOptions, connectCluster, KubeconfigError } from "../index.ts";
import { type FakeApi, fakeObject, kubeconfigFor, startFakeApi } from "../testing/fake-api.ts";

const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "user", name: "settings" };
const stored = { status: 200, body: fakeObject("ConfigMap", "settings", "7") };
const refused = { status: 401, body: { kind: "Status", code: 401, message: "Unauthorized" } };

let api: FakeApi;
let folder: string;
let open: ConnectedCluster[];

beforeEach(async () => {
  api = await startFakeApi();
  folder = await mkdtemp(join(tmpdir(), "fairway-kube-"));
  open = [];
});
afterEach(async () => {
  for (const cluster of open) cluster.close();
  await api.close();
  await rm(folder, { recursive: true });
});

async function connect(
  user: Readonly<Record<string, unknown>>,
  more: Partial<ConnectOptions> = {},
): Promise<ConnectedCluster> {
  const cluster = await connectCluster({
    name: "alpha",
    kubeconfig: kubeconfigFor(`http://${api.host}`, user),
    firstWaitMilliseconds: 1,
    deadlineMilliseconds: 30_000,
    ...more,
  });
  open.push(cluster);
  return cluster;
}

/** A credential plugin: the script writes lines to `runs`, so that a test sees how often it ran. */
function plugin(script: string, more: Readonly<Record<string, unknown>> = {}) {
  const runs = join(folder, "runs");
  const count = `require("node:fs").appendFileSync(${JSON.stringify(runs)}, "run\\n");`;
  return {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", count + script],
      ...more,
    },
  };
}

const gives = (status: string) =>
  `console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: ${status} }));`;

const runs = async () => (await readFile(join(folder, "runs"), "utf8")).split("\n").length - 1;

function only(token: () => string) {
  api.answer((seen) => (seen.headers.authorization === `Bearer ${token()}` ? stored : refused));
}

async function unreachable(call: Promise<unknown>): Promise<string> {
  const error = await call.catch((caught: unknown) => caught);
  assert.ok(error instanceof ClusterError, String(error));
  assert.equal(error.code, "unreachable");
  return error.message;
}

describe("a token file", () => {
  it("is read again after a 401, and counts before the token beside it", async () => {
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "old\n");
    let good = "old";
    only(() => good);
    const cluster = await connect({ tokenFile, token: "inline" });
    await cluster.get(ref);
    good = "new";
    const error = await cluster.get(ref).catch((caught: unknown) => caught);
    assert.ok(error instanceof ClusterError);
    assert.equal(error.code, "unauthenticated");
    await writeFile(tokenFile, "new\n");
    assert.equal((await cluster.get(ref))?.metadata.name, "settings");
  });

  it("that cannot be sent makes the cluster unreachable, and is not told", async () => {
    const file = join(folder, "token");
    await writeFile(file, "two\nlines");
    const message = await unreachable((await connect({ tokenFile: file })).get(ref));
    assert.match(message, /Authorization has characters that cannot be sent/);
    assert.doesNotMatch(message, /lines/);
    assert.equal(api.seen.length, 0);
  });

  it("that is not there makes the cluster unreachable, and is named", async () => {
    const cluster = await connect({ tokenFile: join(folder, "absent") }, { deadlineMilliseconds: 500 });
    assert.match(await unreachable(cluster.get(ref)), /absent \(ENOENT\)/);
  });
});

describe("a credential plugin", { timeout: 120_000 }, () => {
  it("is told what it is for, and runs once for as many calls as there are", async () => {
    const script = `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      const { spec } = info;
      const token = [info.kind, info.apiVersion, spec.interactive, spec.cluster.server, process.env.REGION].join(" ");
      ${gives("{ token }")}`;
    const cluster = await connect(
      plugin(script, { provideClusterInfo: true, env: [{ name: "REGION", value: "north" }] }),
    );
    only(() => `ExecCredential client.authentication.k8s.io/v1 false http://${api.host} north`);
    await Promise.all(Array.from({ length: 20 }, () => cluster.get(ref)));
    await cluster.get(ref);
    assert.equal(await runs(), 1);
  });

  it("is asked again when its credential has expired", async () => {
    const script = gives(`{ token: String(Date.now()), expirationTimestamp: new Date().toISOString() }`);
    const cluster = await connect(plugin(script));
    api.answer(() => stored);
    await cluster.get(ref);
    await cluster.get(ref);
    assert.equal(await runs(), 2);
  });

  it("is asked again once when many calls are answered with 401", async () => {
    const script = gives(
      `{ token: require("node:fs").readFileSync(${JSON.stringify(join(folder, "runs"))}, "utf8").length > 4 ? "second" : "first" }`,
    );
    const cluster = await connect(plugin(script));
    let good = "first";
    only(() => good);
    await cluster.get(ref);
    good = "second";
    await Promise.all(Array.from({ length: 10 }, () => cluster.get(ref)));
    assert.equal(await runs(), 2);
  });

  it("that fails is quoted with its last line, without secrets", async () => {
    const secret = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJmYWlyd2F5In0.c2lnbmF0dXJl";
    const script = `console.error("Traceback"); console.error("no session for s3cret-key, token ${secret}"); process.exit(3);`;
    const cluster = await connect(plugin(script, { env: [{ name: "KEY", value: "s3cret-key" }] }), {
      deadlineMilliseconds: 5_000,
    });
    const message = await unreachable(cluster.get(ref));
    assert.match(message, /fails \(exit code 3\): no session for …, token …/);
  });

  for (const [name, script, expected] of [
    ["writes no JSON", "console.log('hello');", /writes no JSON/],
    ["writes something else", "console.log('{}');", /no ExecCredential/],
    ["gives nothing", gives("{}"), /neither token nor certificate/],
    ["gives half a certificate", gives('{ clientCertificateData: "x" }'), /without its key/],
    ["never stops writing", "const more = () => process.stdout.write('x'.repeat(65536), more); more();", /more than/],
  ] as const) {
    it(`that ${name} is told so`, async () => {
      const cluster = await connect(plugin(script));
      assert.match(await unreachable(cluster.get(ref)), expected);
    });
  }

  it("that is not there is told so", async () => {
    const cluster = await connect({
      exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "fairway-no-such-plugin" },
    });
    assert.match(await unreachable(cluster.get(ref)), /fairway-no-such-plugin fails \(it is not there\)/);
  });

  it("that hangs is ended with what it started", async () => {
    const started = join(folder, "started");
    const script = `require("node:child_process").spawn("sleep", ["600"], { stdio: "inherit" });
      require("node:fs").writeFileSync(${JSON.stringify(started)}, ""); setInterval(() => {}, 1000);`;
    const cluster = await connect(plugin(script));
    assert.match(await unreachable(cluster.get(ref)), /gives no answer within 10 s/);
  });

  it("that leaves a program behind which holds its output open has ended all the same", async () => {
    const left = join(folder, "left");
    const script = `const options = { stdio: "inherit", detached: true };
      const child = require("node:child_process").spawn("sleep", ["120"], options);
      require("node:fs").writeFileSync(${JSON.stringify(left)}, String(child.pid)); child.unref();`;
    api.answer(() => stored);
    const cluster = await connect(plugin(script + gives('{ token: "t" }')));
    try {
      assert.ok(await cluster.get(ref));
    } finally {
      process.kill(Number(await readFile(left, "utf8")), "SIGKILL");
    }
  });
});

describe("limits", () => {
  const execOf = (command: string, env: readonly { name: string; value: string }[] = []) => ({
    exec: { apiVersion: "client.authentication.k8s.io/v1", command, env },
  });

  async function refusal(user: Readonly<Record<string, unknown>>, limits: ConnectOptions["limits"]) {
    const error = await connect(user, limits === undefined ? {} : { limits }).catch((caught: unknown) => caught);
    assert.ok(error instanceof KubeconfigError, String(error));
    return error;
  }

  it("let only named programs run, as they are found on the PATH", async () => {
    const bin = join(folder, "bin");
    await mkdir(bin);
    const program = join(bin, "fairway-test-plugin");
    await writeFile(
      program,
      `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-path"}}'\n`,
    );
    await chmod(program, 0o755);
    const before = process.env["PATH"];
    process.env["PATH"] = `${bin}:${before}`;
    try {
      const limits = { programs: ["fairway-test-plugin"], folders: [] };
      const cluster = await connect(execOf("fairway-test-plugin"), { limits });
      only(() => "from-path");
      await cluster.get(ref);
      for (const command of ["sh", program, "../fairway-test-plugin"])
        assert.deepEqual((await refusal(execOf(command), limits)).refusal?.kind, "program", command);
      const clouds = ["AWS_CONFIG_FILE", "CLOUDSDK_PYTHON", "AZURE_EXTENSION_DIR", "HOME"];
      for (const name of ["PATH", "LD_PRELOAD", "NODE_OPTIONS", "node_options", "PYTHONPATH", "BASH_ENV", ...clouds]) {
        const error = await refusal(execOf("fairway-test-plugin", [{ name, value: "x" }]), limits);
        assert.match(error.message, new RegExp(`variable ${name}`));
      }
      await connect(execOf("fairway-test-plugin", [{ name: "AWS_PROFILE", value: "x" }]), { limits });
    } finally {
      process.env["PATH"] = before;
    }
    const gone = await refusal(execOf("fairway-test-plugin"), { programs: ["fairway-test-plugin"], folders: [] });
    assert.match(gone.message, /not on the PATH/);
  });

  it("let only files below named folders be read, links followed", async () => {
    const inside = join(folder, "inside");
    await mkdir(join(inside, "..data"), { recursive: true });
    await writeFile(join(inside, "..data", "token"), "good");
    await symlink("..data/token", join(inside, "token"));
    await writeFile(join(folder, "secret"), "outside");
    await symlink("../secret", join(inside, "out"));
    const limits = { programs: [], folders: [inside] };
    only(() => "good");
    const cluster = await connect({ tokenFile: join(inside, "token") }, { limits });
    await cluster.get(ref);
    for (const file of [
      join(folder, "secret"),
      join(inside, "out"),
      join(inside, "..", "secret"),
      inside,
      "/etc/hostname",
    ]) {
      const error = await refusal({ tokenFile: file }, limits);
      assert.equal(error.refusal?.kind, "file", file);
    }
    assert.match((await refusal({ tokenFile: join(inside, "no") }, limits)).message, /cannot be read/);
    assert.equal(
      (await refusal({ tokenFile: join(inside, "token") }, { programs: [], folders: [] })).refusal?.kind,
      "file",
    );
  });
});

it("a proxy carries the requests", async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer();
  proxy.on("connect", (request: IncomingMessage, near) => {
    asked.push(request.url);
    const [host, port] = (request.url ?? "").split(":");
    const far = dial(Number(port), host, () => {
      near.write("HTTP/1.1 200 OK\r\n\r\n");
      far.pipe(near).pipe(far);
    });
    far.on("error", () => near.destroy());
    near.on("error", () => far.destroy());
  });
  proxy.on("request", (request: IncomingMessage, response) => {
    asked.push(request.url);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(stored.body));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  assert.ok(typeof address === "object" && address !== null);
  const kubeconfig = JSON.parse(kubeconfigFor(`http://${api.host}`, { token: "t" }));
  kubeconfig.clusters[0].cluster["proxy-url"] = `http://127.0.0.1:${address.port}`;
  try {
    api.answer(() => stored);
    const cluster = await connect({}, { kubeconfig: JSON.stringify(kubeconfig) });
    assert.equal((await cluster.get(ref))?.metadata.name, "settings");
    assert.equal(asked.length, 1);
  } finally {
    for (const cluster of open) cluster.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  }
});
