// Bundles the command line to plain JavaScript that also runs on Node 20: dist/fairway.js, and a chunk for each command.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as bundle } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
/** Chunks of an older bundle stay for as long as a command that began with them may still load one. */
const keepOld = 3_600_000;

/**
 * Node makes every export of a module of its own that is imported: `node:fs` and `node:process` then load streams and
 * sockets, which takes longer than most commands do. One that is required comes as it is.
 */
const requireNode = {
  name: "require-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "node" } : { path, external: true },
    );
    onLoad({ filter: /^/, namespace: "node" }, ({ path }) => ({ contents: `module.exports = require("${path}");` }));
  },
};

export async function build() {
  const startedAt = Date.now();
  const { version } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const result = await bundle({
    entryPoints: { fairway: join(here, "src/main.ts") },
    absWorkingDir: here,
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    plugins: [requireNode],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    define: { FAIRWAY_VERSION: JSON.stringify(version) },
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  await mkdir(dist, { recursive: true });
  const written = new Set(["inputs.json"]);
  // The entry goes last: whoever reads it finds all that it names.
  const files = result.outputFiles.toSorted(
    (a, b) => Number(basename(a.path) === "fairway.js") - Number(basename(b.path) === "fairway.js"),
  );
  for (const { path, contents } of files) {
    await writeWhole(path, contents);
    written.add(basename(path));
  }
  // What lies under node_modules changes with the lock file only; what is Node's is no file.
  const inputs = Object.keys(result.metafile.inputs)
    .filter((path) => !/node_modules\/|^node:/.test(path))
    .concat("build.mjs", "package.json", "../../package-lock.json")
    .map((path) => join(here, path));
  await writeWhole(join(dist, "inputs.json"), JSON.stringify({ startedAt, inputs }));
  for (const name of await readdir(dist)) {
    if (written.has(name)) continue;
    const about = await stat(join(dist, name)).catch(() => undefined);
    if (about !== undefined && startedAt - about.mtimeMs > keepOld) await rm(join(dist, name), { force: true });
  }
}

/** Commands may be started while another one builds. */
async function writeWhole(path, contents) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
