/** An embedded cluster for the contract that a real one passes too. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMinicluster } from "@fairway/minicluster";
import {
  type ContractCluster,
  type KubernetesClient,
  kubernetesClient,
} from "@fairway/minicluster/kubernetes.contract";

const present = "a".repeat(64);
const absent = "b".repeat(64);

export async function startContractMinicluster(
  kubectls: ContractCluster["kubectls"],
): Promise<ContractCluster & { close(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), "fairway-contract-"));
  const snapshots = join(home, "snapshots");
  await mkdir(snapshots);
  await writeFile(join(snapshots, `${present}.tar`), "");
  const cluster = await startMinicluster({
    name: "alpha",
    directory: join(home, "cluster"),
    snapshots,
    // The image is nothing but the machine's `node`.
    unpack: async (_tar, directory) => {
      await mkdir(directory, { recursive: true });
    },
    addressBase: 0,
    log: () => {},
  });
  const client = kubernetesClient(await readFile(cluster.kubeconfigPath, "utf8"));
  return {
    kubeconfigPath: cluster.kubeconfigPath,
    client,
    image: `snapshot.fairway.dev/contract@sha256:${present}`,
    absentImage: `snapshot.fairway.dev/contract@sha256:${absent}`,
    kubectls,
    forgetOldVersions: () => writeMuch(client),
    async close() {
      await cluster.stop({ graceMilliseconds: 0 });
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** More than the changes that the cluster keeps: 64 MB, cut when there is a quarter more. */
async function writeMuch(client: KubernetesClient): Promise<void> {
  const path = "/api/v1/namespaces/default/configmaps";
  for (let count = 0; count < 95; count += 1) {
    const body = { metadata: { name: "much" }, data: { text: String(count).padEnd(900_000, "x") } };
    const { code } = await client.request(count === 0 ? "POST" : "PUT", count === 0 ? path : `${path}/much`, { body });
    assert.ok(code < 300);
  }
  await client.request("DELETE", `${path}/much`);
}
