import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatReport } from "../import/format-report.ts";
import type { ImportResult } from "../import/import-manifests.ts";

/** Everything that an import would write, by path, and its report. */
function written(result: ImportResult): ReadonlyMap<string, string> {
  const files = result.services.flatMap(({ name, appToml, kubernetes }): [string, string][] => {
    const folder = result.services.length === 1 ? "" : `${name}/`;
    return [
      [`${folder}app.toml`, appToml],
      ...Object.entries(kubernetes).map(([file, text]): [string, string] => [`${folder}kubernetes/${file}`, text]),
    ];
  });
  return new Map([...files, ["report.txt", formatReport(result)]]);
}

/** Compares what an import would write with a folder; `UPDATE_GOLDENS=1` writes it instead. */
export function assertGoldenFolder(folder: URL, result: ImportResult): void {
  const actual = written(result);
  if (process.env["UPDATE_GOLDENS"] === "1") {
    rmSync(folder, { recursive: true, force: true });
    for (const [path, text] of actual) {
      const file = new URL(path, folder);
      mkdirSync(new URL("./", file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  const root = fileURLToPath(folder);
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const expected = entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath.replace(/\/?$/, "/")}${entry.name}`.slice(root.length));
  assert.deepEqual([...actual.keys()].toSorted(), expected.toSorted());
  for (const [path, text] of actual) {
    assert.equal(text, readFileSync(new URL(path, folder), "utf8"), `differs from ${root}${path}`);
  }
}
