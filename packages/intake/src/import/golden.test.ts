import { test } from "node:test";
import { assertGoldenFolder } from "../testing/golden-folder.ts";
import { caseFolder, manifestCases, sha256 } from "../testing/manifest-cases.ts";
import { importManifests } from "./import-manifests.ts";

// Regenerate with: UPDATE_GOLDENS=1 node --test 'packages/intake/src/**/*.test.ts'
for (const [name, inputs] of manifestCases()) {
  test(`golden: ${name}`, () => assertGoldenFolder(caseFolder(name), importManifests(inputs, { sha256 })));
}
