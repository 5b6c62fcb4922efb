/** `npm run test:browser`: a Chromium, the built dashboard, the tests. Arguments go to the tests (names of files). */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findChromium } from "../test/browser/chromium.ts";

const root = path.join(import.meta.dirname, "..");

/** A build of its own: `npm start` may build the one in its place anew at any time. */
const dist = mkdtempSync(path.join(tmpdir(), "fairway-dashboard-"));

function run(command: string, args: readonly string[], cwd = root): boolean {
  const env = { ...process.env, DASHBOARD_DIST: dist };
  return spawnSync(command, args, { stdio: "inherit", cwd, env }).status === 0;
}

function ensureChromium(): boolean {
  if (findChromium() !== undefined) return true;
  if (process.platform === "linux" && process.getuid?.() === 0) {
    console.log("No Chromium here: installing Debian's package chromium ...");
    run("apt-get", ["update", "-q"]);
    run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"]);
  }
  if (findChromium() !== undefined) return true;
  console.error(
    "The browser tests need Chromium or Chrome. Install it (Debian: sudo apt-get install chromium), or set CHROMIUM to the path of one.",
  );
  return false;
}

function buildDashboard(): boolean {
  const dashboard = path.join(root, "apps/dashboard");
  const vite = path.join(root, "node_modules/vite/bin/vite.js");
  return run(process.execPath, [vite, "build", "--outDir", dist, "--emptyOutDir", "--logLevel", "warn"], dashboard);
}

try {
  const good =
    ensureChromium() &&
    buildDashboard() &&
    run(process.execPath, [path.join(root, "scripts/test.ts"), "browser", ...process.argv.slice(2)]);
  process.exitCode = good ? 0 : 1;
} finally {
  rmSync(dist, { recursive: true, force: true });
}
