import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildSnapshot, pushSnapshotImage } from "@fairway/images";
import type { Scope } from "../test/e2e/platform.ts";
import { startKubernetes } from "../test/kubernetes/harness/start-kubernetes.ts";
import { startDockerRegistry } from "../test/kubernetes/registries/start-registry.ts";
import { median, type Row } from "./measure.ts";

const run = promisify(execFile);
const rounds = 15;
/** Not counted: the base image is brought, code is loaded, compiled and optimised. Who pushes is a server that runs for weeks. */
const warmUp = 20;
const files = 200;
const lines = 400;

/**
 * A service's changed folder as an image in a registry, against `tar` and `crane append` of the same: both read the files,
 * compress a layer, look for what is there, and send layer, configuration and manifest. The registry is that of the distribution
 * project: go-containerregistry's reads a layer whole (132 MB) whenever it is asked whether it is there.
 */
export async function push(scope: Scope): Promise<readonly Row[]> {
  const kubernetes = await startKubernetes(scope, { clusters: 0, kubelet: true });
  const crane = await kubernetes.binaries.crane();
  const { address: registry, stop } = await startDockerRegistry();
  scope.after(stop);
  const nodeImage = `${registry}/base/node:24`;
  await run(crane, ["copy", "--insecure", kubernetes.nodeImage, nodeImage]);
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const service = path.join(folder, "app");
  await mkdir(service);
  for (let number = 0; number < files; number += 1)
    await writeFile(path.join(service, `file-${number}.js`), source(number));

  const ours = async (): Promise<number> => {
    const snapshot = await buildSnapshot({ folder: service, engine: "node", command: "" });
    try {
      const { sent } = await pushSnapshotImage({
        snapshot: { path: snapshot.tarPath, digest: snapshot.digest },
        base: nodeImage,
        target: `${registry}/bench/ours`,
        access: () => ({ plainHttp: true }),
        layerCache: path.join(folder, "layers"),
      });
      return sent;
    } finally {
      await snapshot.remove();
    }
  };
  const layer = path.join(folder, "layer.tar");
  const theirs = async () => {
    await run("tar", ["-C", folder, "-cf", layer, "app"]);
    await run(crane, ["append", "--insecure", "-b", nodeImage, "-f", layer, "-t", `${registry}/bench/theirs:latest`]);
  };
  const starts = async () => {
    await run("tar", ["--version"]);
    await run(crane, ["version"]);
  };

  const list = (): number[] => [];
  const times = { changed: list(), unchanged: list(), theirs: list(), starts: list() };
  for (let round = 0; round < warmUp + rounds; round += 1) {
    await writeFile(path.join(service, "index.js"), `console.log(${round});\n`);
    const timed = async (list: number[], work: () => Promise<unknown>) => {
      const begin = performance.now();
      await work();
      if (round >= warmUp) list.push(performance.now() - begin);
    };
    const turn = [() => timed(times.changed, ours), () => timed(times.theirs, theirs)];
    for (const one of round % 2 === 0 ? turn : turn.toReversed()) await one();
    await timed(times.starts, starts);
    await timed(times.unchanged, async () => {
      const sent = await ours();
      if (sent > 0) throw new Error(`an unchanged snapshot sends ${sent} bytes`);
    });
  }
  const whole = median(times.theirs);
  const row = (what: string, list: readonly number[], peer: string, peerMilliseconds: number, bound: string) => ({
    what: `image push: ${what}`,
    milliseconds: median(list),
    peer,
    peerMilliseconds,
    bound,
  });
  const peer = "`tar` and `crane append`";
  return [
    row("a changed service", times.changed, peer, whole, "no slower"),
    row("the same", times.changed, `${peer}, less their start`, whole - median(times.starts), ""),
    row("an unchanged service", times.unchanged, peer, whole, "1 s, nothing sent"),
  ];
}

/** Lines that compress as code does, to about a quarter. */
function source(seed: number): string {
  let state = seed + 1;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const name = () => `${words[next(words.length)]}${words[next(words.length)]}`;
  return Array.from({ length: lines }, () => `  const ${name()} = ${name()}(${name()}, ${next(1_000)});\n`).join("");
}

const words =
  "read write open close list item name value count first last next index key result error path file line text node parent child request answer body header status".split(
    " ",
  );
