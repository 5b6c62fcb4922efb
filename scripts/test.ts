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
  /**
   * A file of which something failed runs once more, and the run says so: where browsers, platforms and clusters share two
   * cores, a rare order of events should not refuse everything. What is broken fails twice.
   */
  readonly secondTry?: boolean;
}

/** More failing files than this are no accident. */
const mostSecondTries = 2;

/** Of what a file that fails by itself said, in characters. */
const mostComplaint = 4_000;

/** Told at the end of a suite, to see where its time goes. */
const mostSlowFiles = 10;

const suites: Readonly<Record<string, Suite>> = {
  unit: { files: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.{ts,tsx}"], concurrency: 2, timeout: 300_000 },
  simulation: { files: ["test/simulation/**/*.test.ts"], concurrency: 2, timeout: 2_400_000 },
  e2e: { files: ["test/e2e/**/*.test.ts"], concurrency: 1, timeout: 600_000, secondTry: true },
  postgres: { files: ["test/postgres/**/*.test.ts"], concurrency: 1, timeout: 300_000 },
  kubernetes: { files: ["test/kubernetes/**/*.test.ts"], concurrency: 2, timeout: 1_500_000, secondTry: true },
  browser: { files: ["test/browser/**/*.test.ts"], concurrency: 1, timeout: 600_000, secondTry: true },
};

const root = path.join(import.meta.dirname, "..");

interface Result {
  readonly passed: number;
  /** By the file in which they failed. */
  readonly failed: readonly { readonly name: string; readonly file: string }[];
}

async function runFiles(suite: Suite, files: readonly string[]): Promise<Result> {
  let passed = 0;
  const failed: { readonly name: string; readonly file: string }[] = [];
  const events = run({ files: [...files], concurrency: suite.concurrency, timeout: suite.timeout, cwd: root });
  events.on("test:pass", ({ details, skip }) => {
    if (details.type !== "suite" && skip === undefined) passed += 1;
  });
  events.on("test:fail", ({ name, details, file }) => {
    // A suite whose clean-up throws fails by itself; one whose tests fail is counted by those.
    if (details.type === "suite" && failureTypeOf(details.error) === "subtestsFailed") return;
    failed.push({ name, file: file ?? "" });
  });
  const took: { readonly file: string; readonly milliseconds: number }[] = [];
  events.on("test:summary", ({ file, duration_ms: milliseconds }) => {
    if (file !== undefined) took.push({ file, milliseconds });
  });
  // A file that fails by itself, not by one of its tests, says why there only.
  const complained = new Map<string, string>();
  const hear = ({ file, message }: { readonly file?: string; readonly message: string }) => {
    if (file === undefined) return;
    complained.set(file, `${complained.get(file) ?? ""}${message.trimEnd()}\n`.slice(-mostComplaint));
  };
  events.on("test:stderr", hear);
  events.on("test:diagnostic", hear);
  // What a suite tells of itself, as how many runs it made, belongs to its verdict.
  const told: string[] = [];
  events.on("test:stdout", ({ message }) => {
    told.push(...message.split("\n").filter((line) => /^(simulation|kubernetes): /.test(line)));
  });
  const report = process.stdout.isTTY ? events.compose(new spec()) : events.compose(dot);
  for await (const chunk of report) process.stdout.write(chunk);
  for (const { name } of failed) {
    const said = complained.get(path.resolve(root, name));
    if (said !== undefined) console.log(`\n${path.relative(root, name)} said:\n${said}`);
  }
  if (told.length > 0) console.log(`\n${told.join("\n")}`);
  const slowest = took.sort((one, other) => other.milliseconds - one.milliseconds).slice(0, mostSlowFiles);
  console.log("\nslowest files:");
  for (const { file, milliseconds } of slowest) {
    console.log(`${(milliseconds / 1_000).toFixed(1).padStart(7)} s  ${path.relative(root, file)}`);
  }
  return { passed, failed };
}

function failureTypeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "failureType" in error ? error.failureType : undefined;
}

async function runSuite(name: string, suite: Suite, only: readonly string[]): Promise<boolean> {
  const files = (only.length > 0 ? only : globSync([...suite.files], { cwd: root })).map((file) =>
    path.resolve(root, file),
  );
  let result: Result = files.length === 0 ? { passed: 0, failed: [] } : await runFiles(suite, files.sort());
  const again = [...new Set(result.failed.map(({ file }) => file))].filter((file) => files.includes(file));
  // What failed in a contract names the contract's file, which cannot be run by itself: such a failure stays.
  const isRepeatable = result.failed.every(({ file }) => again.includes(file));
  if (suite.secondTry && isRepeatable && again.length > 0 && again.length <= mostSecondTries) {
    console.log(`\n${name}: once more: ${again.map((file) => path.relative(root, file)).join(", ")}`);
    const second = await runFiles(suite, again);
    const names = (one: Result): string => one.failed.map((test) => test.name).join("; ");
    console.log(`\n${name}: failed at the first try: ${names(result)}; at the second: ${names(second) || "none"}`);
    const mended = result.failed.length - second.failed.length;
    result = { passed: result.passed + Math.max(0, mended), failed: second.failed };
  }
  console.log(`\n${name}: ${result.passed} passed, ${result.failed.length} failed`);
  if (result.passed === 0) console.log(`${name}: nothing ran, which counts as a failure`);
  return result.passed > 0 && result.failed.length === 0;
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
