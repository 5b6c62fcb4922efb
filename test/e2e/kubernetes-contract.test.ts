/** The contract of a Kubernetes cluster on our embedded one; test/kubernetes runs the same cases on a real one. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMinicluster } from "@fairway/minicluster";
import { type KubernetesClient, kubernetesClient, kubernetesContract } from "@fairway/minicluster/kubernetes.contract";
import { checkout } from "./platform.ts";

const kubectl = join(checkout, "node_modules/.cache/fairway/kubectl");
const present = "a".repeat(64);
const absent = "b".repeat(64);

kubernetesContract("minicluster", async () => {
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
    kubectls: existsSync(kubectl) ? [{ version: "1.34", path: kubectl }] : [],
    forgetOldVersions: () => writeMuch(client),
    async close() {
      await cluster.stop({ graceMilliseconds: 0 });
      await rm(home, { recursive: true, force: true });
    },
  };
});

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
