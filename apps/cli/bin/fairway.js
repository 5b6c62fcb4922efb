#!/usr/bin/env node
// Plain JavaScript for Node 20 and newer. In a checkout it first makes the bundle when that is missing or out of date.
import { createRequire } from "node:module";

if (Number(process.versions.node.split(".")[0]) < 20) {
  process.stderr.write(`fairway needs Node 20 or newer; this is ${process.version}\n`);
  process.exit(1);
}

// Node makes every export of a module of its own that is imported, whoever wants it; one that is required comes as it is.
const require = createRequire(import.meta.url);
const { readFileSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { fileURLToPath } = require("node:url");

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether something that the bundle was made of is newer than it. */
function outOfDate() {
  try {
    const { startedAt, inputs } = JSON.parse(readFileSync(join(root, "dist/inputs.json"), "utf8"));
    statSync(join(root, "dist/fairway.js"));
    return inputs.some((path) => statSync(path).mtimeMs >= startedAt);
  } catch {
    return true;
  }
}

function isCheckout() {
  return statSync(join(root, "src/main.ts"), { throwIfNoEntry: false }) !== undefined;
}

if (isCheckout() && outOfDate()) {
  try {
    await (await import("../build.mjs")).build();
  } catch (error) {
    process.stderr.write(
      `The command line could not be built from its sources: ${error.message}\n  do       npm install (in the Fairway checkout)\n`,
    );
    process.exit(1);
  }
}
require("node:module").enableCompileCache?.();
const { main } = await import("../dist/fairway.js");
await main(process.argv.slice(2));
