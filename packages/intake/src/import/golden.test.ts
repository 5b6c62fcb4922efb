import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { caseFolder, manifestCases, sha256 } from "../testing/manifest-cases.ts";
import { formatReport } from "./format-report.ts";
import { type ImportResult, importManifests } from "./import-manifests.ts";

// Regenerate with: UPDATE_GOLDENS=1 node --test 'packages/intake/src/**/*.test.ts'
const update = process.env["UPDATE_GOLDENS"] === "1";

/** Everything that an import would write, by path, and its report. */
function written(result: ImportResult): Readonly<Record<string, string>> {
  const files = result.services.flatMap(({ name, appToml, kubernetes }): [string, string][] => {
    const folder = result.services.length === 1 ? "" : `${name}/`;
    return [
      [`${folder}app.toml`, appToml],
      ...Object.entries(kubernetes).map(([file, text]): [string, string] => [`${folder}kubernetes/${file}`, text]),
    ];
  });
  return Object.fromEntries([...files, ["report.txt", formatReport(result)]]);
}

for (const [name, inputs] of manifestCases()) {
  test(`golden: ${name}`, () => {
    const actual = written(importManifests(inputs, { sha256 }));
    const folder = caseFolder(name);
    if (update) {
      rmSync(folder, { recursive: true, force: true });
      for (const [path, text] of Object.entries(actual)) {
        mkdirSync(new URL("./", new URL(path, folder)), { recursive: true });
        writeFileSync(new URL(path, folder), text);
      }
    }
    const expected = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.pathname.length).replace(/^\//, ""));
    assert.deepEqual(Object.keys(actual).toSorted(), expected.toSorted());
    for (const [path, text] of Object.entries(actual)) {
      assert.equal(text, readFileSync(new URL(path, folder), "utf8"), `differs from ${name}/expected/${path}`);
    }
  });
}
