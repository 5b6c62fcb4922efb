// Bundles the command line to one plain script that also runs on Node 20: dist/fairway-<hash>.js.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as bundle } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
/** An older bundle stays for as long as a command that has read about it may still begin. */
const keepOld = 3_600_000;

/** Commander can start other programs as commands of its own, which we have none of: nobody waits for what that takes. */
const startsNoPrograms = {
  name: "starts-no-programs",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      importer.includes("/commander/") ? { path, namespace: "starts-no-programs" } : undefined,
    );
    onLoad({ filter: /^/, namespace: "starts-no-programs" }, () => ({ contents: "export default {};" }));
  },
};

export async function build() {
  const startedAt = Date.now();
  const { version } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const result = await bundle({
    entryPoints: [join(here, "src/main.ts")],
    absWorkingDir: here,
    outfile: join(dist, "fairway.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    // A function that `bin/fairway.js` compiles and calls.
    format: "cjs",
    banner: { js: "(function (module, require) {" },
    footer: { js: "})" },
    supported: { "dynamic-import": false },
    plugins: [startsNoPrograms],
    define: { FAIRWAY_VERSION: JSON.stringify(version) },
    charset: "ascii",
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const [{ contents }] = result.outputFiles;
  const name = `fairway-${createHash("sha256").update(contents).digest("hex").slice(0, 12)}.js`;
  // What lies under node_modules changes with the lock file only.
  const inputs = Object.keys(result.metafile.inputs)
    .filter((path) => !/node_modules\/|^starts-no-programs:/.test(path))
    .concat("build.mjs", "package.json", "../../package-lock.json")
    .map((path) => join(here, path));
  await mkdir(dist, { recursive: true });
  await writeWhole(join(dist, name), contents);
  // It goes last: whoever reads it finds the bundle that it names.
  await writeWhole(join(dist, "bundle.json"), JSON.stringify({ startedAt, name, inputs }));
  for (const old of await readdir(dist, { recursive: true })) {
    if (old.includes(name) || old === "bundle.json") continue;
    const about = await stat(join(dist, old)).catch(() => undefined);
    if (about?.isFile() && startedAt - about.mtimeMs > keepOld) await rm(join(dist, old), { force: true });
  }
}

/** Commands may be started while another one builds. */
async function writeWhole(path, contents) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
