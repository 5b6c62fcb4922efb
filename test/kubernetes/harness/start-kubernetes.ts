import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Binaries, buildBinaries } from "./binaries.ts";
import { type KubernetesCluster, startCluster } from "./cluster.ts";
import { fillRegistry, nodeImage } from "./images.ts";
import { lacking, takeSlot } from "./machine.ts";

export type { KubernetesCluster } from "./cluster.ts";

export interface Kubernetes {
  readonly clusters: readonly KubernetesCluster[];
  /** `host:port` of the run's registry, by plain HTTP; clusters pull from it. */
  readonly registry: string;
  /** Reference of an image with Node 24 in that registry. */
  readonly nodeImage: string;
  readonly binaries: Binaries;
  /** A folder that goes with the clusters. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface KubernetesOptions {
  readonly clusters?: number;
  /** Whether each has a node that runs containers; without, the control plane alone is up sooner. */
  readonly kubelet?: boolean;
}

/** Something that ends: a test, or a suite. */
interface Scope {
  after(work: () => Promise<void>): void;
}

/**
 * Starts real Kubernetes clusters, which one process reaches all: API servers, nodes, services and pods. They stop when
 * `scope` ends, and when this process dies, whatever way. Runs side by side do not meet.
 */
export async function startKubernetes(
  scope: Scope,
  { clusters: count = 1, kubelet = false }: KubernetesOptions = {},
): Promise<Kubernetes> {
  const missing = lacking();
  if (missing.length > 0) throw new Error(`Test clusters need ${missing.join("; ")}.`);
  const binaries = await buildBinaries((line) => process.stderr.write(`${line}\n`));
  const slot = await takeSlot();
  const open: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    await slot.free();
  };
  scope.after(close);
  const registry = `${slot.address}:5000`;
  if (kubelet) {
    open.push(await startRegistry(slot.folder, registry, binaries));
    await fillRegistry({ address: registry }, binaries.pause);
  }
  const started = await Promise.allSettled(
    Array.from({ length: count }, (_, index) => startCluster(slot, index, binaries, { kubelet, registry })),
  );
  const clusters = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  open.push(...clusters);
  for (const one of started) if (one.status === "rejected") throw one.reason;
  return { clusters, registry, nodeImage: `${registry}/${nodeImage}`, binaries, folder: slot.folder, close };
}

async function startRegistry(
  folder: string,
  address: string,
  { components }: Binaries,
): Promise<{ close(): Promise<void> }> {
  const content = path.join(folder, "registry");
  await mkdir(content, { recursive: true });
  const child = execFile(components, ["registry", address, content]);
  const closed = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const deadline = Date.now() + 30_000;
  while (
    !(await fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`the registry does not start on ${address}`);
    await pause(50);
  }
  return {
    async close() {
      child.kill();
      await closed;
    },
  };
}
