/**
 * Figures that a user feels, each beside a peer in the same run. `npm run bench` prints them;
 * `npm run bench -- --write` also keeps them in bench/README.md.
 */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import path from "node:path";
import { checkout, type Scope } from "../test/e2e/platform.ts";
import { cluster } from "./cluster.ts";
import { commandLine } from "./command-line.ts";
import { deploy } from "./deploy.ts";
import { type CountRow, type Row, type SizeRow, table } from "./measure.ts";
import { push } from "./push.ts";
import { render } from "./render.ts";
import { rollout } from "./rollout.ts";
import { scale } from "./scale.ts";
import { secondStart } from "./second-start.ts";
import { simulation } from "./simulation.ts";

const benches: Readonly<Record<string, (scope: Scope) => Promise<readonly (Row | SizeRow | CountRow)[]>>> = {
  "command-line": commandLine,
  "second-start": secondStart,
  deploy,
  cluster,
  push,
  render,
  rollout,
  follow: scale,
  simulation,
};

const asked = process.argv.slice(2).filter((argument) => argument in benches);
const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`… ${name}`);
  const cleanUps: (() => Promise<void>)[] = [];
  try {
    const rows = await bench({ after: (cleanUp) => void cleanUps.push(cleanUp) });
    const when = `${new Date().toISOString().slice(0, 10)}, ${machine}`;
    const result = `\`npm run bench -- ${name}\`, ${when}\n\n${table(rows)}\n`;
    console.log(result);
    if (process.argv.includes("--write")) await keep(name, result);
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
}

/** In its own place in the README: the others' figures stay. */
async function keep(name: string, result: string): Promise<void> {
  const readme = path.join(checkout, "bench/README.md");
  const text = await readFile(readme, "utf8");
  const place = new RegExp(`(<!-- figures ${name} -->\\n).*?(<!-- end -->)`, "s");
  if (!place.test(text)) throw new Error(`bench/README.md has no place for ${name}`);
  await writeFile(readme, text.replace(place, `$1${result}$2`));
}
