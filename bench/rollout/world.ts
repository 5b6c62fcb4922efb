/** What rollouts are measured in: three real clusters, and two servers of Fairway that have one of them, and all three. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { checkout, type Scope } from "../../test/e2e/platform.ts";
import { type KubernetesCluster, startKubernetes } from "../../test/kubernetes/harness/start-kubernetes.ts";
import { type ServerProcess, startServerProcess } from "../../test/kubernetes/killing/server-process.ts";

/** The environment of each server; charts and `fairway render` say the same. */
export const environment = "prod";

export interface RolloutWorld {
  /** The one that every tool and both servers change. */
  readonly cluster: KubernetesCluster;
  readonly clusters: readonly KubernetesCluster[];
  readonly registry: string;
  /** Reference of an image with Node, by its digest. */
  readonly image: string;
  /** Of the first cluster alone. */
  readonly one: ServerProcess;
  /** Of all clusters. */
  readonly three: ServerProcess;
  /** For what is written on the way. */
  readonly folder: string;
  /** Writes a service's app.toml; gives its folder. */
  write(service: string, appToml: string): Promise<string>;
  helm(...args: readonly string[]): Promise<void>;
  kubectl(...args: readonly string[]): Promise<void>;
}

export async function startWorld(scope: Scope): Promise<RolloutWorld> {
  const peers = path.join(checkout, "node_modules/.cache/fairway");
  if (!existsSync(path.join(peers, "helm")))
    execFileSync(process.execPath, [path.join(checkout, "scripts/fetch-kubectl.ts")]);
  const kubernetes = await startKubernetes(scope, { clusters: 3, kubelet: true });
  const { clusters, registry } = kubernetes;
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error("there is no cluster");
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const server = async (all: readonly KubernetesCluster[]) => {
    const started = await startServerProcess(scope);
    for (const { name, kubeconfigPath } of all) {
      await started.fairway(
        0,
        "cluster",
        "add",
        name,
        "--kubeconfig",
        kubeconfigPath,
        "--account",
        "--env",
        environment,
      );
    }
    await started.fairway(0, "registry", "add", "main", `${registry}/team`, "--env", environment, "--plain-http");
    return started;
  };
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath };
  const peer =
    (program: string) =>
    async (...args: readonly string[]) => {
      await promisify(execFile)(path.join(peers, program), [...args], { env });
    };
  return {
    ...{ cluster, clusters, registry, folder },
    image: await byDigest(kubernetes.nodeImage),
    one: await server([cluster]),
    three: await server(clusters),
    async write(service, appToml) {
      const to = path.join(folder, service);
      await mkdir(to, { recursive: true });
      await writeFile(path.join(to, "app.toml"), appToml);
      return to;
    },
    helm: peer("helm"),
    kubectl: peer("kubectl"),
  };
}

/** The reference with what its tag stands for now. */
export async function byDigest(reference: string): Promise<string> {
  const [, host = "", name = "", tag = ""] = /^([^/]+)\/(.+):([^:]+)$/.exec(reference) ?? [];
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
  });
  return `${reference}@${answer.headers.get("docker-content-digest")}`;
}

const answering =
  "require('http').createServer((q,s)=>s.end('ok')).listen(process.env.PORT);process.once('SIGTERM',()=>process.exit())";

/** A service of two pods that are looked at each second; another round is another variable, and so new pods. */
export function appToml(of: {
  readonly name: string;
  readonly image: string;
  readonly round: number;
  /** JavaScript; a server that answers unless told. */
  readonly program?: string;
}): string {
  return `name = "${of.name}"
replicas = 2
[build]
image = "${of.image}"
[run]
command = ["node", "-e", ${JSON.stringify(of.program ?? answering)}]
[health]
ready = { path = "/", period = 1 }
[env]
ROUND = "${of.round}"
`;
}
