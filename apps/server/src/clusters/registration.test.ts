import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ApiProblem } from "@fairway/api";
import { readSettings } from "../settings.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairway-tokens-"));
  await writeFile(join(folder, "token"), "t");
  server = await startTestServer({ kubeconfigLimits: { programs: ["node"], folders: [folder] } });
  for (const [name, uid] of [
    ["alpha", "u-alpha"],
    ["beta", "u-beta"],
  ] as const) {
    const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", annotations: { uid } } };
    await server.clusters[name].create(space);
  }
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** A kubeconfig for one of the clusters of the test server. */
function kubeconfig(cluster: string, user: string): string {
  return `apiVersion: v1
kind: Config
current-context: ${cluster}
contexts: [{name: ${cluster}, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: ${user}}]
`;
}

function add(name: string, context: string, user = "{token: t}") {
  return server.client.addCluster({
    body: { name, environment: "prod", context, kubeconfig: kubeconfig(context, user) },
  });
}

async function problem(call: Promise<unknown>) {
  const error = await call.catch((caught: unknown) => caught);
  assert.ok(error instanceof ApiProblem, String(error));
  return error;
}

test("a program or a file that the owner has not allowed is refused, and the setting named", async () => {
  const exec = (command: string, more = "") =>
    `{exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}${more}}}`;
  const program = await problem(add("gamma", "alpha", exec("sh")));
  assert.equal(program.code, "kubeconfig-not-valid");
  assert.match(program.detail ?? "", /runs a program to sign in: sh/);
  assert.match(program.hint ?? "", /FAIRWAY_KUBECONFIG_PROGRAMS/);
  const variable = await problem(add("gamma", "alpha", exec("node", ", env: [{name: NODE_OPTIONS, value: x}]")));
  assert.match(variable.detail ?? "", /NODE_OPTIONS/);
  const file = await problem(add("gamma", "alpha", "{tokenFile: /etc/hostname}"));
  assert.match(file.detail ?? "", /a file of this machine: \/etc\/hostname/);
  assert.match(file.hint ?? "", /FAIRWAY_KUBECONFIG_FILES/);
  assert.equal((await server.client.listClusters()).items.length, 2);
});

test("what the owner has allowed is taken, until the same cluster is found under another name", async () => {
  for (const user of [
    "{exec: {apiVersion: client.authentication.k8s.io/v1, command: node}}",
    `{tokenFile: "${join(folder, "token")}"}`,
  ]) {
    const { code, title, hint } = await problem(add("gamma", "alpha", user));
    assert.equal(code, "cluster-exists");
    assert.equal(title, "This is the cluster alpha");
    assert.match(hint ?? "", /fairway cluster remove alpha/);
  }
  assert.equal((await server.client.listClusters()).items.length, 2);
  assert.ok(!(await readdir(server.home, { recursive: true })).some((name) => name.includes("gamma")));
});

test("settings name programs and folders, and refuse what is neither", () => {
  const home = { FAIRWAY_HOME: "/tmp/home" };
  assert.deepEqual(readSettings(home).kubeconfigLimits, { programs: [], folders: [] });
  const limits = {
    FAIRWAY_KUBECONFIG_PROGRAMS: "aws, gke-gcloud-auth-plugin",
    FAIRWAY_KUBECONFIG_FILES: "/var/run/secrets",
  };
  assert.deepEqual(readSettings({ ...home, ...limits }).kubeconfigLimits, {
    programs: ["aws", "gke-gcloud-auth-plugin"],
    folders: ["/var/run/secrets"],
  });
  assert.throws(() => readSettings({ ...home, FAIRWAY_KUBECONFIG_PROGRAMS: "/bin/sh" }), /bare name/);
  assert.throws(() => readSettings({ ...home, FAIRWAY_KUBECONFIG_FILES: "secrets" }), /not absolute/);
});
