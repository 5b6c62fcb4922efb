/** Fairway's platform beside real clusters, as its owner sets it up. */
import assert from "node:assert/strict";
import { type Platform, type Scope, startPlatform } from "../e2e/platform.ts";
import { type Kubernetes, type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { serviceTarget } from "./service-target.ts";

/** The environment of the real clusters; the embedded ones are in `prod`. */
export const environment = "real";

export interface RealPlatform {
  readonly platform: Platform;
  readonly kubernetes: Kubernetes;
  /** Runs the command; the code is asserted. */
  fairway(code: number, ...args: readonly string[]): Promise<string>;
}

/** Two clusters with nodes, registered by accounts with least rights, and their registry. */
export async function startRealPlatform(scope: Scope): Promise<RealPlatform> {
  const kubernetes = await startKubernetes(scope, { clusters: 2, kubelet: true });
  const platform = await startPlatform(scope);
  const fairway = async (code: number, ...args: readonly string[]): Promise<string> => {
    const result = await platform.fairway(args);
    const told = result.stdout + result.stderr;
    assert.equal(result.code, code, `fairway ${args.join(" ")}\n${told}`);
    return told;
  };
  for (const cluster of kubernetes.clusters) {
    const kubeconfig = ["--kubeconfig", cluster.kubeconfigPath, "--account"];
    await fairway(0, "cluster", "add", cluster.name, ...kubeconfig, "--env", environment);
  }
  const base = `node=${kubernetes.nodeImage}`;
  const prefix = `${kubernetes.registry}/team`;
  await fairway(0, "registry", "add", "main", prefix, "--env", environment, "--plain-http", "--base", base);
  return { platform, kubernetes, fairway };
}

/** `http://host` of a service's Service in a cluster, reachable from here. */
export async function serviceUrl(cluster: KubernetesCluster, service: string): Promise<string> {
  return `http://${(await serviceTarget(cluster, service)).address}`;
}
