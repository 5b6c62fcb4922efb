/**
 * Holds the arrows of the house (pure <- adapters <- apps) by the rules of .dependency-cruiser.cjs.
 * Each rule must also find its violation in test/arrows/planted, and the cruise must have seen our files:
 * a checker that sees nothing reports no violation either.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import path from "node:path";

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

const root = path.join(import.meta.dirname, "..");
const config = path.join(root, ".dependency-cruiser.cjs");

/** Every rule that the planted tree breaks; the others have nothing that could be planted beside real code. */
const planted = [
  "no-cycle",
  "no-import-of-apps",
  "pure-has-no-effects",
  "pure-imports-pure",
  "adapters-know-no-adapters",
  "rollout-owns-its-ports",
  "through-the-front-door",
  "no-grab-bag",
];

function cruise(directory: string): Cruise {
  const folders = ["packages", "apps"];
  const binary = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const args = [binary, "--config", config, "--output-type", "json", ...folders];
  // Its exit code counts the violations; the JSON tells them, so the code is not looked at.
  const run = spawnSync(process.execPath, args, { cwd: directory, encoding: "utf8", maxBuffer: 1 << 30 });
  if (!run.stdout.startsWith("{")) throw new Error(`dependency-cruiser did not run: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

const failures: string[] = [];
const real = cruise(root);
for (const { from, to, rule } of real.summary.violations) failures.push(`${rule.name}: ${from} -> ${to}`);

const sources = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.{ts,tsx}"], { cwd: root }).filter(
  (file) => !/testdata|generated/.test(file),
);
const seen = new Set(real.modules.map((module) => module.source));
const unseen = sources.filter((file) => !seen.has(file));
if (unseen.length > 0)
  failures.push(`not seen by the checker: ${unseen.slice(0, 5).join(", ")} (${unseen.length} files)`);

const found = new Set(cruise(path.join(root, "test/arrows/planted")).summary.violations.map(({ rule }) => rule.name));
for (const rule of planted) if (!found.has(rule)) failures.push(`the planted violation of ${rule} was not found`);

for (const failure of failures) console.error(`✗ ${failure}`);
console.log(`arrows: ${sources.length - unseen.length + planted.length} passed, ${failures.length} failed`);
if (failures.length > 0) process.exitCode = 1;
