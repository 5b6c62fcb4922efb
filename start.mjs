// What `npm start` runs first: plain JavaScript for Node 20 and newer, with nothing installed yet. It installs what is
// missing, builds what changed, and hands over to the supervisor on the pinned Node.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, nodeBinary } from "./scripts/ensure-installed.mjs";

const root = fileURLToPath(new URL(".", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const quiet = process.argv.includes("--json");

ensureInstalled();
buildChanged("apps/dashboard", "dashboard");
if (!existsSync(join(root, "apps/cli/dist/bundle.json"))) {
  // The command builds itself when its sources have changed; the first time should not be while somebody waits for it.
  step("command line", "built", nodeBinary(), ["apps/cli/bin/fairway.js", "--version"]);
}
supervise();

/** Builds an app unless what it was built from is the same as now. */
function buildChanged(app, title) {
  if (readJson(join(app, "package.json"))?.scripts?.build === undefined) return;
  const mark = join(root, app, "dist/.built-from");
  const sources = hashOf([...workspaceFolders(app), "package-lock.json"]);
  if (existsSync(mark) && readFileSync(mark, "utf8") === sources) return;
  step(title, "built", npm, ["run", "--silent", "build", "-w", app]);
  mkdirSync(join(root, app, "dist"), { recursive: true });
  writeFileSync(mark, sources);
}

/** An app and the packages of this repository that it is made of. */
function workspaceFolders(app, found = new Set()) {
  found.add(app);
  for (const name of Object.keys(readJson(join(app, "package.json"))?.dependencies ?? {})) {
    const folder = name.startsWith("@fairway/") ? `packages/${name.slice("@fairway/".length)}` : undefined;
    if (folder !== undefined && !found.has(folder)) workspaceFolders(folder, found);
  }
  return found;
}

function hashOf(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    const name = path.split("/").at(-1);
    if (["node_modules", "dist", "testdata"].includes(name) || name.endsWith(".test.ts")) return;
    const entries = listFolder(path);
    if (entries === undefined) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
    else for (const entry of entries.sort()) add(`${path}/${entry}`);
  };
  for (const path of [...paths].sort()) add(path);
  return hash.digest("hex");
}

function listFolder(path) {
  try {
    return readdirSync(join(root, path));
  } catch (error) {
    if (error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Runs a command, shows one settled line, and the whole output only when it failed. */
function step(title, done, command, args) {
  const begin = Date.now();
  if (process.stderr.isTTY && !quiet) process.stderr.write(`  … ${title}`);
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  if (process.stderr.isTTY && !quiet) process.stderr.write("\r\x1b[K");
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    fail(`${command} ${args.join(" ")} failed.`, result.error?.message ?? "its output is above");
  }
  if (!quiet)
    process.stderr.write(`  ✓ ${title.padEnd(16)} ${done.padEnd(10)} ${((Date.now() - begin) / 1000).toFixed(1)} s\n`);
}

function supervise() {
  // The channel tells the supervisor when this process dies, however it dies.
  const child = spawn(nodeBinary(), [join(root, "apps/supervisor/src/main.ts"), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    // Types are stripped and code is compiled once, not at every start: that is most of the time to ready.
    env: { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/fairway"), ...process.env },
  });
  // The supervisor decides how to stop, this one waits for it. A terminal sends Ctrl-C to both, and twice is as once.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail("The supervisor cannot be started.", error.message));
  child.on("exit", (code) => process.exit(code ?? 1));
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch {
    return undefined;
  }
}

function fail(what, hint) {
  process.stderr.write(`${what}\n  ${hint}\n`);
  process.exit(1);
}
