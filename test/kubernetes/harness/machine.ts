import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { pipProgram } from "./binaries.ts";

/** Debian's package of each program that clusters with containers, and the registries beside them, need. */
const needed: Readonly<Record<string, string>> = {
  "/usr/bin/containerd": "containerd",
  "/usr/sbin/runc": "runc",
  "/usr/lib/cni/bridge": "containernetworking-plugins",
  "/usr/sbin/iptables": "iptables",
  "/usr/sbin/ip": "iproute2",
  "/usr/bin/unshare": "util-linux",
  "/usr/bin/docker-registry": "docker-registry",
  "/usr/bin/htpasswd": "apache2-utils",
};

/** What this machine lacks to run test clusters, in words; empty when nothing. */
export function lacking(): readonly string[] {
  const packages = missingPackages();
  return [
    ...(process.platform === "linux" ? [] : ["Linux"]),
    ...(process.getuid?.() === 0 ? [] : ["root: namespaces, mounts and cgroups are made"]),
    ...(packages.length === 0 ? [] : [`the Debian packages ${packages.join(", ")}`]),
  ];
}

export function missingPackages(): readonly string[] {
  const missing = Object.entries(needed).filter(
    ([file]) => !existsSync(file) && !existsSync(file.replace("sbin", "bin")),
  );
  const pip = pipProgram() === undefined ? ["python3-pip"] : [];
  return [...new Set([...missing.map(([, name]) => name), ...pip])];
}

/** A place on the machine that one run has for itself: a folder, a network, cgroups. Parallel runs take different ones. */
export interface Slot {
  readonly number: number;
  readonly folder: string;
  readonly bridge: string;
  /** The machine's own address in the slot's network. */
  readonly address: string;
  nodeAddress(cluster: number): string;
  /** First three parts are the cluster's: services in 0-63, pods in 64-127. */
  clusterNetwork(cluster: number): { readonly services: string; readonly pods: string; readonly firstService: string };
  free(): Promise<void>;
}

const slots = 16;
const clustersPerSlot = 8;

/** Takes the first free slot; what a killed run left in it is cleaned away first. */
export async function takeSlot(): Promise<Slot> {
  const root = path.join(tmpdir(), "fairway-kubernetes");
  await mkdir(root, { recursive: true });
  for (let number = 0; number < slots; number += 1) {
    const folder = path.join(root, String(number));
    if (!(await claim(folder))) continue;
    const slot = slotAt(number, folder);
    await clean(slot);
    await mkdir(folder, { recursive: true });
    await ip("link", "add", slot.bridge, "type", "bridge");
    await ip("addr", "add", `${slot.address}/24`, "dev", slot.bridge);
    await ip("link", "set", slot.bridge, "up");
    return slot;
  }
  throw new Error(`all ${slots} places for test clusters are taken: ${root}`);
}

function slotAt(number: number, folder: string): Slot {
  const network = (cluster: number) => `10.${128 + number * clustersPerSlot + cluster}`;
  const slot: Slot = {
    number,
    folder,
    bridge: `fairway${number}`,
    address: `10.127.${number}.1`,
    nodeAddress: (cluster) => `10.127.${number}.${10 + cluster}`,
    clusterNetwork: (cluster) => ({
      services: `${network(cluster)}.0.0/18`,
      firstService: `${network(cluster)}.0.1`,
      pods: `${network(cluster)}.64.0/18`,
    }),
    async free() {
      await clean(slot);
      await rm(ownerFile(folder), { force: true });
    },
  };
  return slot;
}

const ownerFile = (folder: string): string => `${folder}.owner`;

async function claim(folder: string): Promise<boolean> {
  const file = ownerFile(folder);
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  for (;;) {
    try {
      await writeFile(file, mine, { flag: "wx" });
      return true;
    } catch {
      const owner = await readFile(file, "utf8").catch(() => "");
      if (isAlive(owner)) return false;
      await rm(file, { force: true });
    }
  }
}

function isAlive(owner: string): boolean {
  try {
    const { pid, started } = JSON.parse(owner);
    return startOf(pid) === started;
  } catch {
    return false;
  }
}

/** When a process began, in clock ticks since boot (proc(5), field 22); undefined when it is no more. */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")[19];
  } catch {
    return undefined;
  }
}

async function clean(slot: Slot): Promise<void> {
  await ip("link", "delete", slot.bridge).catch(() => {});
  for (const controller of controllers()) await removeGroup(path.join(controller, cgroupName(slot.number)));
  await rm(slot.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

export function cgroupName(slot: number): string {
  return `fairway-${slot}`;
}

/** The roots of all cgroup hierarchies: one of version 2, or one for each controller of version 1. */
export function controllers(): readonly string[] {
  const root = "/sys/fs/cgroup";
  if (existsSync(path.join(root, "cgroup.controllers"))) return [root];
  return readdirSync(root).map((name) => path.join(root, name));
}

async function removeGroup(group: string): Promise<void> {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroup(path.join(group, entry.name));
  }
  for (let tries = 0; tries < 50; tries += 1) {
    const gone = await rmdir(group).then(
      () => true,
      () => !existsSync(group),
    );
    if (gone) return;
    // The kernel lets go of a group a moment after its last process.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function ip(...args: readonly string[]): Promise<void> {
  await promisify(execFile)("ip", [...args], { timeout: 20_000 });
}
