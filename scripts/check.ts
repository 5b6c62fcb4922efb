/** Everything that reads the code without running it: format and lint, types, arrows, unused code. `npm run check`. */
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const module = (name: string) => path.join(root, "node_modules", name);
const types = (project: string): readonly string[] => [module("@typescript/native/bin/tsc"), "-p", project];

const checks: readonly (readonly [name: string, args: readonly string[]])[] = [
  [
    "format and lint",
    [
      module("@biomejs/biome/bin/biome"),
      "ci",
      "--error-on-warnings",
      `--colors=${process.stdout.isTTY ? "force" : "off"}`,
      ".",
    ],
  ],
  ["types: all", types("tsconfig.json")],
  ["types: pure packages know no Node", types("tsconfig.pure.json")],
  ["types: api runs in a browser", types("tsconfig.browser.json")],
  ["types: dashboard", types("apps/dashboard/tsconfig.json")],
  ["arrows", ["scripts/check-arrows.ts"]],
  ["unused code", [module("knip/bin/knip.js"), "--no-progress"]],
];

let failed = 0;
for (const [name, args] of checks) {
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  const good = run.status === 0;
  if (!good) failed += 1;
  console.log(`${good ? "✓" : "✗"} ${name}`);
  if (!good || name === "arrows") console.log(`${run.stdout}${run.stderr}`.trimEnd());
}
console.log(`check: ${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
