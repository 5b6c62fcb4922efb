/**
 * Runs suites of tests by name and ends each with the line `<suite>: N passed, N failed`.
 * A suite that runs nothing fails: an empty run proves nothing.
 *
 *   node scripts/test.ts unit e2e
 *   node scripts/test.ts unit packages/spec/src/parse.test.ts     only these files
 */
import { globSync } from "node:fs";
import path from "node:path";
import { run } from "node:test";
import { dot, spec } from "node:test/reporters";

interface Suite {
  readonly files: readonly string[];
  /** Files at a time; suites that start whole platforms want the machine for themselves. */
  readonly concurrency: number;
  /** Milliseconds for one test file. */
  readonly timeout: number;
}

const suites: Readonly<Record<string, Suite>> = {
  unit: { files: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.{ts,tsx}"], concurrency: 2, timeout: 180_000 },
  e2e: { files: ["test/e2e/**/*.test.ts"], concurrency: 1, timeout: 600_000 },
  postgres: { files: ["test/postgres/**/*.test.ts"], concurrency: 1, timeout: 300_000 },
  kubernetes: { files: ["test/kubernetes/**/*.test.ts"], concurrency: 1, timeout: 900_000 },
  browser: { files: ["test/browser/**/*.test.ts"], concurrency: 1, timeout: 600_000 },
};

const root = path.join(import.meta.dirname, "..");

async function runSuite(name: string, suite: Suite, only: readonly string[]): Promise<boolean> {
  const files = (only.length > 0 ? only : globSync([...suite.files], { cwd: root })).map((file) =>
    path.resolve(root, file),
  );
  let passed = 0;
  let failed = 0;
  if (files.length > 0) {
    const events = run({ files: files.sort(), concurrency: suite.concurrency, timeout: suite.timeout, cwd: root });
    events.on("test:pass", ({ details, skip }) => {
      if (details.type !== "suite" && skip === undefined) passed += 1;
    });
    events.on("test:fail", ({ details }) => {
      if (details.type !== "suite") failed += 1;
    });
    const report = process.stdout.isTTY ? events.compose(new spec()) : events.compose(dot);
    for await (const chunk of report) process.stdout.write(chunk);
  }
  console.log(`\n${name}: ${passed} passed, ${failed} failed`);
  if (passed === 0) console.log(`${name}: nothing ran, which counts as a failure`);
  return passed > 0 && failed === 0;
}

const named = process.argv.slice(2).filter((argument) => argument in suites);
const only = process.argv.slice(2).filter((argument) => !(argument in suites));
if (named.length === 0) {
  console.error(`usage: node scripts/test.ts <${Object.keys(suites).join("|")}>... [file...]`);
  process.exit(2);
}
let good = true;
for (const name of named) {
  const suite = suites[name];
  if (suite !== undefined) good = (await runSuite(name, suite, only)) && good;
}
process.exitCode = good ? 0 : 1;
