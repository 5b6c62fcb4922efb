/** Charts as real Helm renders them. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertGoldenFolder } from "../testing/golden-folder.ts";
import { sha256 } from "../testing/manifest-cases.ts";
import { importManifests } from "./import-manifests.ts";

const charts = new URL("../../testdata/charts/", import.meta.url);
const fetched = fileURLToPath(new URL("../../../../node_modules/.cache/fairway/helm", import.meta.url));
const helm = existsSync(fetched) ? fetched : spawnSync("helm", ["version"]).status === 0 ? "helm" : undefined;
const skip = helm === undefined ? "there is no helm: node scripts/fetch-kubectl.ts brings one" : false;

for (const name of readdirSync(charts)) {
  test(`chart: ${name}`, { skip }, () => {
    const chart = fileURLToPath(new URL(`${name}/chart`, charts));
    const rendered = execFileSync(helm ?? "", ["template", "acme", chart, "--namespace", "shop"], { encoding: "utf8" });
    const inputs = [{ environment: undefined, files: [{ name: "stdin", text: rendered }] }];
    assertGoldenFolder(new URL(`${name}/expected/`, charts), importManifests(inputs, { sha256 }));
  });
}
