import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkout, type Scope } from "../test/e2e/platform.ts";
import { writeChart } from "./helm-chart.ts";
import { largeAppToml } from "./large-app-toml.ts";
import { processTimes, type Row, type SizeRow } from "./measure.ts";
import { renderAll } from "./render-all.ts";
import { measureMemory, memoryRows, renderWarm } from "./render-warm.ts";

const rounds = 30;

/** What rendering costs: a person who types the command, a server that renders for thousands of services. */
export async function render(scope: Scope): Promise<readonly (Row | SizeRow)[]> {
  return [await cold(scope), ...(await renderWarm()), await renderAll(scope), ...inOwnProcess()];
}

async function cold(scope: Scope): Promise<Row> {
  const helm = path.join(checkout, "node_modules/.cache/fairway/helm");
  if (!existsSync(helm)) execFileSync(process.execPath, [path.join(checkout, "scripts/fetch-kubectl.ts")]);
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const [app, chart] = [path.join(folder, "shop"), path.join(folder, "chart")];
  await mkdir(app);
  await writeFile(path.join(app, "app.toml"), largeAppToml("shop", 8));
  const fairway = path.join(checkout, "apps/cli/bin/fairway.js");
  const documents = execFileSync(process.execPath, [fairway, "render", app], { encoding: "utf8" });
  await writeChart(chart, "shop", documents);
  const [ours = Number.NaN, theirs = Number.NaN] = processTimes(
    [
      [process.execPath, fairway, "render", app],
      [helm, "template", "shop", chart],
    ],
    rounds,
  );
  return {
    what: `cold \`fairway render\`, ${Math.round(documents.length / 1000)} KB`,
    milliseconds: ours,
    peer: "`helm template`, the same objects",
    peerMilliseconds: theirs,
    bound: "not slower",
  };
}

/** Nothing else is in its memory. */
function inOwnProcess(): readonly SizeRow[] {
  const answer = execFileSync(process.execPath, ["--expose-gc", fileURLToPath(import.meta.url)], { encoding: "utf8" });
  return memoryRows(JSON.parse(answer));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(JSON.stringify(measureMemory()));
