import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const testdata = join(dirname(fileURLToPath(import.meta.url)), "../../testdata");

/** Compares with a file below `testdata`; `UPDATE_GOLDENS=1` writes it instead. */
export function assertGolden(name: string, actual: string): void {
  const path = join(testdata, name);
  if (process.env["UPDATE_GOLDENS"] === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  assert.equal(actual, readFileSync(path, "utf8"), `differs from testdata/${name}`);
}
