#!/usr/bin/env node
// Plain JavaScript for Node 20 and newer. In a checkout it first makes the scripts when they are missing or out of date.
// A CommonJS module (see package.json beside it): Node starts one without the loader of the others.
"use strict";

if (Number(process.versions.node.split(".")[0]) < 20) {
  process.stderr.write(`fairway needs Node 20 or newer; this is ${process.version}\n`);
  process.exit(1);
}

const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const root = dirname(__dirname);
const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) process.stdout.write(`${version()}\n`);
else script().then(run);

function version() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

async function script() {
  const made = isCheckout() ? upToDate() : madeScript().name;
  if (made !== undefined) return made;
  try {
    await (await import("../build.mjs")).build();
  } catch (error) {
    process.stderr.write(
      `The command line could not be built from its sources: ${error.message}\n  do       npm install (in the Fairway checkout)\n`,
    );
    process.exit(1);
  }
  return madeScript().name;
}

function isCheckout() {
  return statSync(join(root, "src/main.ts"), { throwIfNoEntry: false }) !== undefined;
}

/** What build.mjs says of the script for this command line: that of the command alone, where it has one and its options do. */
function madeScript() {
  const { startedAt, whole, alone } = JSON.parse(readFileSync(join(root, "dist/bundle.json"), "utf8"));
  const own = Object.hasOwn(alone, argv[0] ?? "") ? alone[argv[0]] : undefined;
  const fits = own !== undefined && argv.every((word) => !/^-./.test(word) || own.options.includes(word));
  return { startedAt, ...(fits ? own : whole) };
}

/** The script's name, unless something that it was made of is newer. */
function upToDate() {
  try {
    const { startedAt, name } = madeScript();
    statSync(join(root, "dist", name));
    const inputs = JSON.parse(readFileSync(join(root, "dist", `${name}.inputs.json`), "utf8"));
    return inputs.some((path) => statSync(`${root}/${path}`).mtimeMs >= startedAt) ? undefined : name;
  } catch {
    return undefined;
  }
}

/**
 * Runs the script, with what V8 compiled of it when the same command ran before. Node's own cache keeps what is compiled
 * before anything runs, which is none of the functions; to have these takes a third off the time of a command.
 */
async function run(name) {
  const path = join(root, "dist", name);
  // V8 refuses what another V8 made. Of the source it compares no more than the length: another script has another name.
  const kept = join(
    root,
    "dist/compiled",
    `${name}.${process.version}.${/^[a-z]+$/.exec(argv[0] ?? "")?.[0] ?? "other"}`,
  );
  const cachedData = readIfThere(kept);
  const script = new Script(readFileSync(path, "latin1"), { filename: path, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module, require);
  await module.exports.main(argv);
  if (cachedData !== undefined && !script.cachedDataRejected) return;
  process.once("exit", (code) => {
    if (code !== 0) return;
    try {
      mkdirSync(dirname(kept), { recursive: true });
      writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
      renameSync(`${kept}.${process.pid}`, kept);
    } catch {
      // Somebody else's folder, or no room: the next time takes as long as this one.
    }
  });
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
