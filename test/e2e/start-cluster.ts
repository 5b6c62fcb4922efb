/** An embedded cluster in this process, in a folder of its own. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Minicluster, startMinicluster } from "@fairway/minicluster";

export interface StartedCluster {
  readonly minicluster: Minicluster;
  readonly kubeconfig: string;
  /** Nothing but the machine's `node`: all that runs is in the command. */
  readonly image: string;
  close(): Promise<void>;
}

const digest = "a".repeat(64);

/** @param addressBase the first port of services' addresses; 0: they have none */
export async function startCluster({ addressBase = 0 } = {}): Promise<StartedCluster> {
  const home = await mkdtemp(join(tmpdir(), "fairway-cluster-"));
  const snapshots = join(home, "snapshots");
  await mkdir(snapshots);
  await writeFile(join(snapshots, `${digest}.tar`), "");
  const minicluster = await startMinicluster({
    name: "alpha",
    directory: join(home, "cluster"),
    snapshots,
    unpack: async (_tar, directory) => {
      await mkdir(directory, { recursive: true });
    },
    addressBase,
    log: () => {},
  });
  return {
    minicluster,
    kubeconfig: await readFile(minicluster.kubeconfigPath, "utf8"),
    image: `snapshot.fairway.dev/contract@sha256:${digest}`,
    async close() {
      await minicluster.stop({ graceMilliseconds: 0 });
      await rm(home, { recursive: true, force: true });
    },
  };
}
