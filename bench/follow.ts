/**
 * What following a cluster costs in memory: a process of its own connects, watches everything of Fairway in it as the server
 * does, and is measured when it has seen as many pods as there shall be.
 *
 *   node bench/follow.ts <kubeconfig> <pods>
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectCluster } from "@fairway/kube";
import type { Observation } from "@fairway/rollout";

/** Memory in bytes, time in milliseconds. */
export interface FollowFigures {
  readonly pods: number;
  readonly namespaces: number;
  /** Heap and external memory that came with following, after a collection. */
  readonly kept: number;
  /** The same at its largest while the lists came, without a collection. */
  readonly peak: number;
  /** Resident memory of the whole process when all was seen. */
  readonly resident: number;
  readonly untilSeen: number;
}

/** Follows the cluster of a kubeconfig until `pods` pods are seen. Throws an `Error` when that takes longer than `deadline`. */
export async function measureFollow(kubeconfigFile: string, pods: number, deadline = 120_000): Promise<FollowFigures> {
  const child = spawn(process.execPath, ["--expose-gc", fileURLToPath(import.meta.url), kubeconfigFile, String(pods)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: deadline,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`following ${pods} pods failed: ${signal ?? `exit code ${code}`}`);
  return JSON.parse(output);
}

async function follow(kubeconfigFile: string, pods: number): Promise<FollowFigures> {
  const cluster = await connectCluster({ name: "measured", kubeconfig: await readFile(kubeconfigFile, "utf8") });
  await cluster.check();
  const before = await settled();
  let peak = before;
  const sample = setInterval(() => {
    peak = Math.max(peak, used());
  }, 20);
  const started = performance.now();
  const seen = new Map<string, Observation>();
  const all = Promise.withResolvers<void>();
  const watch = cluster.watchCluster({
    observed: (observation) => {
      seen.set(observation.namespace, observation);
      if (countPods(seen) >= pods) all.resolve();
    },
    status: ({ reason }) => reason !== undefined && console.error(reason),
  });
  await all.promise;
  const untilSeen = performance.now() - started;
  clearInterval(sample);
  const figures = {
    pods: countPods(seen),
    namespaces: seen.size,
    kept: (await settled()) - before,
    peak: peak - before,
    resident: process.memoryUsage.rss(),
    untilSeen,
  };
  watch.stop();
  cluster.close();
  return figures;
}

function countPods(seen: ReadonlyMap<string, Observation>): number {
  let count = 0;
  for (const { objects } of seen.values()) for (const { kind } of objects) if (kind === "Pod") count += 1;
  return count;
}

/** What is used after a collection; buffers go only after what refers to them. */
async function settled(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await pause(300);
  }
  return used();
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const [, script, kubeconfigFile, pods] = process.argv;
if (script === fileURLToPath(import.meta.url) && kubeconfigFile !== undefined)
  console.log(JSON.stringify(await follow(kubeconfigFile, Number(pods ?? 1))));
