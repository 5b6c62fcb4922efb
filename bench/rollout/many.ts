import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { checkout, type Scope } from "../../test/e2e/platform.ts";
import { startFakeNodes } from "../../test/kubernetes/harness/fake-nodes.ts";
import { fillRegistry, nodeImage } from "../../test/kubernetes/harness/images.ts";
import { type KubernetesCluster, startKubernetes } from "../../test/kubernetes/harness/start-kubernetes.ts";
import { type ServerProcess, startServerProcess } from "../../test/kubernetes/killing/server-process.ts";
import { startDockerRegistry } from "../../test/kubernetes/registries/start-registry.ts";
import type { CountRow, SizeRow } from "../measure.ts";
import { forgetMostMemory, heapInUse, mostMemory } from "../process-memory.ts";
import { appToml, byDigest, environment } from "./world.ts";

/** `SERVICES=100` in the environment: fewer, for a quick look. */
const services = Number(process.env["SERVICES"] ?? 500);
/** Of them, brought out by the peer too. */
const peers = 10;
const nodes = 60;
/** Releases that are asked for at a time. */
const parallel = 20;

/** Rollouts of many services side by side, on nodes that only say that pods run. */
export async function many(scope: Scope): Promise<readonly (CountRow | SizeRow)[]> {
  const { clusters, binaries } = await startKubernetes(scope);
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error("there is no cluster");
  await startFakeNodes(cluster, binaries, nodes);
  const registry = await startDockerRegistry();
  scope.after(registry.stop);
  await fillRegistry({ address: registry.address }, binaries.pause);
  const server = await startServerProcess(scope);
  const add = ["--kubeconfig", cluster.kubeconfigPath, "--account", "--env", environment];
  await server.fairway(0, "cluster", "add", cluster.name, ...add);
  await server.fairway(0, "registry", "add", "main", `${registry.address}/team`, "--env", environment, "--plain-http");
  const image = await byDigest(`${registry.address}/${nodeImage}`);

  const started = await mostMemory(server.pid());
  await forgetMostMemory(server.pid());
  const first = await wave(cluster, server, image, 0);
  const later = await wave(cluster, server, image, 1);
  const memory = await mostMemory(server.pid());
  const inUse = await heapInUse(await server.inspect());
  await server.kill();
  const peer = await byKubectl(scope, cluster, server, image);
  const what = `rollout: ${services} services side by side`;
  const row = (words: string, { minutes, failed }: typeof first): CountRow => ({
    what: `${what}, ${words}${failed === 0 ? "" : `; ${failed} did not succeed`}`,
    ...{ count: (services - failed) / minutes, unit: "services a minute", bound: "" },
  });
  return [
    row("their first release", first),
    row("another release", later),
    { what: "rollout: memory of the server at its most, at its first start", megabytes: started, bound: "" },
    { what: `${what}: memory of the server at its most`, megabytes: memory, bound: "" },
    { what: `${what}: of it in use by JavaScript afterwards`, megabytes: inUse, bound: "" },
    {
      ...{ what: `${what}: requests for each`, count: later.requests / services, unit: "requests" },
      ...{ peer: "`kubectl apply` and `rollout status`", peerCount: peer, bound: "" },
    },
  ];
}

/** A release of every service, all at once. */
async function wave(cluster: KubernetesCluster, { client }: ServerProcess, image: string, round: number) {
  const before = await requests(cluster);
  const begun = Date.now();
  const waiting = Array.from({ length: services }, (_, number) => `service-${number}`).values();
  const worker = async () => {
    for (const name of waiting) {
      const body = { environment, appToml: appToml({ name, image, round }) };
      const { release } = await client.createRelease({ body, timeout: 180_000 });
      const idempotencyKey = `${name}-${round}-rollout`;
      await client.createRollout({
        body: { service: name, environment, release: release.name, idempotencyKey },
        timeout: 180_000,
      });
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const asked = Date.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const { items } = await client.listRollouts({ query: { environment, limit: services }, timeout: 60_000 });
    const ended = items.filter(({ endedAt }) => endedAt !== undefined);
    if (process.env["SHOW"] !== undefined) console.error(Date.now() - begun, asked - begun, ended.length);
    if (ended.length < services) continue;
    const last = Math.max(...ended.map(({ endedAt }) => Date.parse(endedAt ?? "")));
    const failed = ended.filter(({ status }) => status !== "succeeded");
    for (const { service, status, reason } of failed) console.error(`${service} ${status}: ${reason}`);
    const minutes = (last - begun) / 60_000;
    return { minutes, failed: failed.length, requests: (await requests(cluster)) - before };
  }
}

/** Requests that accounts of services have sent so far: Fairway's is one, and controllers and nodes are none. */
async function requests({ client }: KubernetesCluster): Promise<number> {
  const { text } = await client.request("GET", "/metrics");
  const lines = text.matchAll(
    /^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="service-accounts",[^}]*\} (\S+)$/gm,
  );
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The same kubeconfig for who has this token. */
function withToken(kubeconfig: string, token: string): string {
  const theirs = kubeconfig.replace(/"token": "[^"]*"/, `"token": "${token}"`);
  if (theirs === kubeconfig) throw new Error("the kubeconfig has no token to replace");
  return theirs;
}

/** Requests for each service by kubectl, under an account like ours. */
async function byKubectl(
  scope: Scope,
  cluster: KubernetesCluster,
  { fairway }: ServerProcess,
  image: string,
): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  await cluster.kubectl(["create", "serviceaccount", "peer", "--namespace=default"]);
  const bind = ["create", "clusterrolebinding", "peer", "--clusterrole=cluster-admin", "--serviceaccount=default:peer"];
  await cluster.kubectl(bind);
  const token = (await cluster.kubectl(["create", "token", "peer", "--namespace=default"])).trim();
  const kubeconfig = path.join(folder, "kubeconfig");
  await writeFile(kubeconfig, withToken(cluster.kubeconfig, token), { mode: 0o600 });
  const kubectl = (...args: readonly string[]) =>
    promisify(execFile)(path.join(checkout, "node_modules/.cache/fairway/kubectl"), [
      `--kubeconfig=${kubeconfig}`,
      `--cache-dir=${path.join(folder, "cache")}`,
      ...args,
    ]);
  const bring = async (name: string, round: number) => {
    const [at, objects] = [path.join(folder, name), path.join(folder, `${name}.yaml`)];
    await mkdir(at, { recursive: true });
    await writeFile(path.join(at, "app.toml"), appToml({ name, image, round }));
    await writeFile(objects, await fairway(0, "render", at));
    await kubectl("apply", "-f", objects);
    await kubectl("rollout", "status", `deployment/${name}-a`, `--namespace=${name}`);
  };
  const names = Array.from({ length: peers }, (_, number) => `peer-${number}`);
  await Promise.all(names.map((name) => bring(name, 0)));
  const before = await requests(cluster);
  await Promise.all(names.map((name) => bring(name, 1)));
  return ((await requests(cluster)) - before) / peers;
}
