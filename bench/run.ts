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
import { type Row, type SizeRow, table } from "./measure.ts";
import { push } from "./push.ts";
import { render } from "./render.ts";
import { scale } from "./scale.ts";
import { secondStart } from "./second-start.ts";
import { simulation } from "./simulation.ts";

const benches: Readonly<Record<string, (scope: Scope) => Promise<readonly (Row | SizeRow)[]>>> = {
  "command-line": commandLine,
  "second-start": secondStart,
  deploy,
  cluster,
  push,
  render,
  follow: scale,
  simulation,
};

const asked = process.argv.slice(2).filter((argument) => argument in benches);
const rows: (Row | SizeRow)[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`… ${name}`);
  const cleanUps: (() => Promise<void>)[] = [];
  try {
    rows.push(...(await bench({ after: (cleanUp) => void cleanUps.push(cleanUp) })));
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
}
const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
const result = `${new Date().toISOString().slice(0, 10)}, ${machine}; \`npm run bench\`\n\n${table(rows)}\n`;
console.log(result);
if (process.argv.includes("--write")) {
  const readme = path.join(checkout, "bench/README.md");
  const text = await readFile(readme, "utf8");
  await writeFile(readme, text.replace(/(<!-- figures -->\n).*(<!-- end -->)/s, `$1${result}$2`));
}
