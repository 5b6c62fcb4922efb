import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { type KubernetesObject, keyOf, sortForApply } from "@fairway/objects";
import {
  canonicalJson,
  formatDocuments,
  hatchIssues,
  migrationJob,
  parseExtraObjects,
  placeInSlot,
  type ReleaseInputs,
  releaseName,
  render,
} from "../index.ts";
import { inputsOf, profileOf, sha256 } from "./testing/inputs.ts";

// Regenerate with: UPDATE_GOLDENS=1 node --test 'packages/manifests/src/**/*.test.ts'
const update = process.env["UPDATE_GOLDENS"] === "1";
const folder = new URL("../../testdata/", import.meta.url);

/** What is written where: what the first rollout of a case to `prod` applies, in the cluster `beta` unless its name says another. */
const outcomes: Readonly<Record<string, (inputs: ReleaseInputs) => readonly KubernetesObject[]>> = {
  "expected.yaml": (inputs) => render(inputs, sha256)["beta"] ?? [],
  "expected-alpha.yaml": (inputs) => render(inputs, sha256)["alpha"] ?? [],
  "expected-migration.yaml": (inputs) => [migrationJob(inputs, sha256)?.job].filter((job) => job !== undefined),
};

async function inputsOfCase(name: string): Promise<ReleaseInputs> {
  const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, folder), "utf8");
  const has = (file: string): boolean => existsSync(new URL(`${name}/${file}`, folder));
  const files = has("kubernetes") ? readdirSync(new URL(`${name}/kubernetes`, folder)) : [];
  const extras = await parseExtraObjects(Object.fromEntries(files.map((file) => [file, read(`kubernetes/${file}`)])));
  assert.ok(extras.ok, JSON.stringify(extras));
  const profile = profileOf(has("profile.toml") ? read("profile.toml") : "");
  const appToml = read("app.toml");
  const inputs = inputsOf(appToml, "prod", { profile, extras: extras.objects });
  assert.deepEqual(hatchIssues(inputs, sha256, { appToml, extraPlaces: extras.places }), []);
  return inputs;
}

for (const name of readdirSync(folder)) {
  test(`golden: ${name}`, async () => {
    const inputs = await inputsOfCase(name);
    for (const [file, objectsOf] of Object.entries(outcomes)) {
      const expected = new URL(`${name}/${file}`, folder);
      if (!existsSync(expected) && !(update && file === "expected.yaml")) continue;
      const objects = placeInSlot(objectsOf(inputs), "a", releaseName(inputs, sha256));
      const actual = formatDocuments(objects);
      if (update) writeFileSync(expected, actual);
      assert.equal(actual, readFileSync(expected, "utf8"));
      assert.deepEqual(sortForApply(objects), objects);
      assert.equal(new Set(objects.map((object) => keyOf(object))).size, objects.length);
      for (const { kind, metadata } of objects) {
        assert.equal(metadata.namespace ?? metadata.name, inputs.namespace, kind);
        assert.equal(metadata.labels?.["fairway.dev/service"], inputs.spec.name, kind);
        assert.equal(metadata.labels?.["fairway.dev/environment"], "prod", kind);
      }
    }
    assert.equal(canonicalJson(render(structuredClone(inputs), sha256)), canonicalJson(render(inputs, sha256)));
  });
}
