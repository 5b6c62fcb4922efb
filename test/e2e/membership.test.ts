/** A cluster joins an environment and leaves it again under constant requests, and the server is killed both times. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { createClient } from "@fairway/api";
import { unpackSnapshot } from "@fairway/images";
import { connectCluster } from "@fairway/kube";
import { type Minicluster, startMinicluster } from "@fairway/minicluster";
import { freePort } from "../free-port.ts";
import { answering, constantRequests, requests } from "../traffic/answering.ts";
import { checkout, eventually } from "./platform.ts";

const bases = { alpha: 24_400, gamma: 25_400 } as const;
type Name = keyof typeof bases;

test("a cluster joins and leaves, the server is killed on both ways, and no request fails", async (t) => {
  const world = await start(t);
  const { client, edge, clusters } = world;
  await world.deploy("web", answering("web", "1"));
  const target = { address: edge, host: "web.localhost" };
  await eventually("the edge", async () => (await requests(target, 1)).failed.length === 0);
  const inGamma = { address: clusters.gamma.ingressAddress, host: "web.localhost" };
  assert.equal((await requests(inGamma, 1)).failed.length, 1);
  const load = constantRequests(target, 20);

  await world.run("alpha", "gamma");
  await eventually("gamma is known", async () => (await client.listClusters()).items.length === 2);
  const { number } = await client.startFleet({ body: {} });
  const begun = async () => (await client.getFleet({ params: { number } })).services.some((one) => one.rollout);
  await eventually("the service is on its way", begun);
  await world.killServer();
  const fleet = await eventually(
    "the service has come",
    async () => {
      const found = await client.getFleet({ params: { number } });
      return found.status !== "running" && found;
    },
    120,
  );
  assert.deepEqual(
    fleet.services.map(({ service, state }) => [service, state]),
    [["web", "done"]],
  );
  const [rollout] = (await client.listRollouts()).items;
  assert.equal(rollout?.kind, "membership");
  await eventually("gamma answers", async () => (await requests(inGamma, 5)).failed.length === 0);

  // Whoever ran it does not any more, so it may be removed.
  await world.run("alpha");
  await eventually("gamma may be removed", async () => {
    const { fleet: leaving } = await client.removeCluster({ params: { cluster: "gamma" }, query: {} });
    return leaving !== undefined;
  });
  await world.killServer();
  await eventually("gamma is forgotten", async () => (await client.listClusters()).items.length === 1, 120);
  const { failed, answers } = await load.stop();
  assert.deepEqual(failed, []);
  assert.ok((answers["1"] ?? 0) > 100, JSON.stringify(answers));
  assert.deepEqual(await world.namespacesOf("gamma"), []);
  assert.equal((await requests(target, 20)).failed.length, 0);
});

/** Two miniclusters in this process, and the real server and edge, which it supervises, in their own. */
async function start(t: TestContext) {
  const home = await mkdtemp(path.join(tmpdir(), "fairway-membership-"));
  const ends: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const end of ends.reverse()) await end();
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const startCluster = async (name: Name): Promise<Minicluster> => {
    const cluster = await startMinicluster({
      ...{ name, directory: path.join(home, "clusters", name), snapshots: path.join(home, "snapshots") },
      ...{ unpack: unpackSnapshot, addressBase: bases[name], log: () => {} },
    });
    ends.push(() => cluster.stop({ graceMilliseconds: 0 }));
    return cluster;
  };
  const clusters = { alpha: await startCluster("alpha"), gamma: await startCluster("gamma") };
  let running: readonly Name[] = ["alpha"];
  const told = () =>
    running.map((name) => ({
      ...{ name, environment: "prod", addressTemplate: `http://127.0.0.1:{${bases[name]}+number}` },
      ...{ gateway: clusters[name].ingressAddress, generation: 1, stopped: false },
    }));

  const [port, edgePort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const child = async (app: string, more: Readonly<Record<string, string>>): Promise<ChildProcess> => {
    const env: NodeJS.ProcessEnv = { ...process.env, FAIRWAY_HOME: home, FAIRWAY_EDGE_PORT: String(edgePort), ...more };
    delete env.NODE_TEST_CONTEXT;
    const file = path.join(checkout, "apps", app, "src/main.ts");
    const made = fork(file, { env, execArgv: [], stdio: ["pipe", "ignore", "ignore", "ipc"] });
    ends.push(() => kill(made));
    await once(made, "message");
    return made;
  };
  const startServer = () =>
    child("server", { FAIRWAY_PORT: String(port), FAIRWAY_EMBEDDED_CLUSTERS: JSON.stringify(told()) });
  let server = await startServer();
  const tokenFile = path.join(home, "admin-token");
  await child("edge", { FAIRWAY_URL: url, FAIRWAY_TOKEN_FILE: tokenFile });
  const token = (await readFile(tokenFile, "utf8")).trim();

  return {
    ...{ clusters, edge: `127.0.0.1:${edgePort}`, client: createClient({ baseUrl: url, token }) },
    /** Says which clusters this process runs for the platform. */
    async run(...names: readonly Name[]) {
      running = names;
      server.send({ kind: "clusters", clusters: told() });
    },
    async killServer() {
      await kill(server);
      server = await startServer();
    },
    async deploy(name: string, appToml: string) {
      const folder = path.join(home, "services", name);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, "app.toml"), appToml);
      const env = { ...process.env, FAIRWAY_URL: url, FAIRWAY_TOKEN: token, NO_COLOR: "1" };
      await new Promise<void>((resolve, reject) => {
        const cli = path.join(checkout, "apps/cli/bin/fairway.js");
        execFile(process.execPath, [cli, "deploy", folder], { env }, (error, stdout, stderr) =>
          error === null ? resolve() : reject(new Error(stdout + stderr)),
        );
      });
    },
    /** Of services, in a cluster. */
    async namespacesOf(name: Name) {
      const cluster = await connectCluster({ name, kubeconfig: await readFile(clusters[name].kubeconfigPath, "utf8") });
      const spaces = await cluster.list({ apiVersion: "v1", kind: "Namespace" });
      cluster.close();
      return spaces
        .filter(({ metadata }) => metadata.labels?.["fairway.dev/service"])
        .map(({ metadata }) => metadata.name);
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
