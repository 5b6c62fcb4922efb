// Bundles the command line to plain scripts that also run on Node 20: one of all commands, dist/fairway-<hash>.js, and one
// of each command that is to start fastest.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as bundle } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
/** An older script stays for as long as a command that has read about it may still begin. */
const keepOld = 3_600_000;

/**
 * Commands that also have a script of their own, `src/alone/<command>.ts`, and the options with which that one is run.
 * Nothing that these need may be loaded by an `import()` of our own files: what such an import reaches is left out.
 */
const alone = { render: ["--env", "--json"], validate: ["--env", "--json", "--format"] };

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

const leavesOut = {
  name: "leaves-out",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(\.|@fairway\/)/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, namespace: "leaves-out" } : undefined,
    );
    onLoad({ filter: /^/, namespace: "leaves-out" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in this script: see build.mjs`)});`,
    }));
  },
};

export async function build() {
  const startedAt = Date.now();
  const { version } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const made = await Promise.all([
    script("fairway", "src/main.ts", version, [startsNoPrograms]),
    ...Object.keys(alone).map((name) => script(name, `src/alone/${name}.ts`, version, [startsNoPrograms, leavesOut])),
  ]);
  await mkdir(dist, { recursive: true });
  for (const { name, contents, inputs } of made) {
    await writeWhole(join(dist, name), contents);
    await writeWhole(join(dist, `${name}.inputs.json`), JSON.stringify(inputs));
  }
  const [whole, ...others] = made.map(({ name }) => ({ name }));
  const own = Object.entries(alone).map(([command, options], at) => [command, { ...others[at], options }]);
  // It goes last: whoever reads it finds the scripts that it names.
  await writeWhole(join(dist, "bundle.json"), JSON.stringify({ startedAt, whole, alone: Object.fromEntries(own) }));
  for (const old of await readdir(dist, { recursive: true })) {
    if (old === "bundle.json" || made.some(({ name }) => old.includes(name))) continue;
    const about = await stat(join(dist, old)).catch(() => undefined);
    if (about?.isFile() && startedAt - about.mtimeMs > keepOld) await rm(join(dist, old), { force: true });
  }
}

async function script(title, entry, version, plugins) {
  const result = await bundle({
    entryPoints: [join(here, entry)],
    absWorkingDir: here,
    outfile: join(dist, `${title}.js`),
    bundle: true,
    platform: "node",
    target: "node20",
    // A function that `bin/fairway.js` compiles and calls.
    format: "cjs",
    banner: { js: "(function (module, require) {" },
    footer: { js: "})" },
    supported: { "dynamic-import": false },
    plugins,
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
  // What lies under node_modules changes with the lock file only.
  const inputs = Object.keys(result.metafile.inputs)
    .filter((path) => !/node_modules\/|^(starts-no-programs|leaves-out):/.test(path))
    .concat("build.mjs", "package.json", "../../package-lock.json");
  return { name: `${title}-${createHash("sha256").update(contents).digest("hex").slice(0, 12)}.js`, contents, inputs };
}

/** Commands may be started while another one builds. */
async function writeWhole(path, contents) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
