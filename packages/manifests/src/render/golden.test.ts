import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { formatDocuments, placeInSlot, releaseName, render } from "../index.ts";
import { inputsOf, sha256 } from "./testing/inputs.ts";

// Regenerate with: UPDATE_GOLDENS=1 node --test 'packages/manifests/src/**/*.test.ts'
const update = process.env["UPDATE_GOLDENS"] === "1";
const folder = new URL("../../testdata/", import.meta.url);

/** What is applied in the cluster `beta` by the first rollout of this file to `prod`. */
function applied(appToml: string): string {
  const inputs = inputsOf(appToml, "prod");
  return formatDocuments(placeInSlot(render(inputs, sha256)["beta"] ?? [], "a", releaseName(inputs, sha256)));
}

for (const name of readdirSync(folder)) {
  test(`golden: ${name}`, () => {
    const actual = applied(readFileSync(new URL(`${name}/app.toml`, folder), "utf8"));
    const expected = new URL(`${name}/expected.yaml`, folder);
    if (update) writeFileSync(expected, actual);
    assert.equal(actual, readFileSync(expected, "utf8"));
  });
}
