import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildSnapshot, pushSnapshotImage } from "@fairway/images";
import type { Scope } from "../test/e2e/platform.ts";
import { startKubernetes } from "../test/kubernetes/harness/start-kubernetes.ts";
import { median, type Row } from "./measure.ts";

const rounds = 5;
const files = 200;

/** A service's changed folder as an image in a registry, against `tar` and `crane append` of the same. */
export async function push(scope: Scope): Promise<readonly Row[]> {
  const { registry, nodeImage, binaries } = await startKubernetes(scope, { clusters: 0, kubelet: true });
  const crane = await binaries.crane();
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const service = path.join(folder, "app");
  const layerCache = path.join(folder, "layers");
  await promisify(execFile)("mkdir", ["-p", service]);
  for (let number = 0; number < files; number += 1) {
    const line = `export const value${number} = ${JSON.stringify("x".repeat(2_000))};\n`;
    await writeFile(path.join(service, `file-${number}.js`), line.repeat(10));
  }
  const ours: number[] = [];
  const unchanged: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await writeFile(path.join(service, "index.js"), `console.log(${round});\n`);
    const send = async () => {
      const snapshot = await buildSnapshot({ folder: service, engine: "node", command: "" });
      try {
        return await pushSnapshotImage({
          snapshot: { path: snapshot.tarPath, digest: snapshot.digest },
          base: nodeImage,
          target: `${registry}/bench/ours`,
          access: () => ({ plainHttp: true }),
          layerCache,
        });
      } finally {
        await snapshot.remove();
      }
    };
    const changed = await timed(send);
    const again = await timed(async () => {
      const { sent } = await send();
      if (sent > 0) throw new Error(`an unchanged snapshot sends ${sent} bytes`);
    });
    const layer = path.join(folder, `${round}.tar`);
    const peer = await timed(async () => {
      await promisify(execFile)("tar", ["-C", folder, "-cf", layer, "app"]);
      const target = `${registry}/bench/theirs:latest`;
      await promisify(execFile)(crane, ["append", "--insecure", "-b", nodeImage, "-f", layer, "-t", target]);
    });
    // In the first round both bring the base image.
    if (round === 0) continue;
    ours.push(changed);
    unchanged.push(again);
    theirs.push(peer);
  }
  const peer = "`tar` and `crane append`";
  const peerMilliseconds = median(theirs);
  return [
    { what: "a changed service as an image", milliseconds: median(ours), peer, peerMilliseconds, bound: "no slower" },
    {
      what: "the same, unchanged",
      milliseconds: median(unchanged),
      peer,
      peerMilliseconds,
      bound: "1 s, nothing sent",
    },
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
