// Plain JavaScript for any Node from 20 on: it runs before anything is installed.
// Installs what the lock file names when something of it is missing or of another version.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const lock = path.join(root, "package-lock.json");
const installed = path.join(root, "node_modules", ".package-lock.json");

/** Installs when needed; answers whether it did. Ends the process with npm's exit code when npm fails. */
export function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    console.error(`Fairway needs Node 20.11 or newer, this is ${process.version}. See https://nodejs.org/.`);
    process.exit(2);
  }
  if (isInstalled() && existsSync(nodeBinary())) return false;
  console.error("Installing what package-lock.json names (npm ci), once ...");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const run = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: "inherit" });
  if (run.error || run.status !== 0) {
    console.error(
      `npm ci failed${run.error ? `: ${run.error.message}` : ""}. Check the network and the registry that npm is set to.`,
    );
    process.exit(run.status || 1);
  }
  if (!existsSync(nodeBinary())) {
    console.error(
      "The npm package `node` brought no binary: its install script did not run.\n" +
        "Run `npm ci` without --ignore-scripts (npm config get ignore-scripts), then try again.",
    );
    process.exit(1);
  }
  return true;
}

/** By content: a lock file that was only written again, or checked out, installs nothing. */
function isInstalled() {
  const present = packagesOf(installed);
  if (present === undefined) return false;
  return Object.entries(packagesOf(lock) ?? {}).every(([folder, { version, optional, devOptional, peer }]) => {
    // What this machine's system or processor does not need is rightly absent.
    if (!folder.startsWith("node_modules/") || optional || devOptional || peer) return true;
    return folder in present && present[folder].version === version;
  });
}

/** The `packages` of a lock file by folder; undefined when there is no such file. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Node 24 of the npm package `node`, whatever the machine has. */
export function nodeBinary() {
  return path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

if (process.argv[1] === import.meta.filename) ensureInstalled();
