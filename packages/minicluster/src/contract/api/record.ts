import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isObject, type Json, type JsonObject } from "../../json.ts";

const records = fileURLToPath(new URL("../../../testdata/contract", import.meta.url));

/**
 * Asserts that a case saw what a real API server answered when it was recorded. With `RECORD_CONTRACT=<folder>` it
 * writes what it saw there instead: a run on a real cluster with `testdata/contract` of this package makes the records.
 */
export function matchRecord(subject: string, title: string, seen: Json): void {
  const other = process.env["RECORD_CONTRACT"];
  const file = join(other ?? records, `${subject}.json`);
  const record = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
  if (other !== undefined) {
    mkdirSync(other, { recursive: true });
    writeFileSync(file, `${JSON.stringify({ ...record, [title]: seen }, null, 1)}\n`);
    return;
  }
  assert.ok(Object.hasOwn(record, title), `nothing is recorded for this case in ${file}`);
  assert.deepEqual(seen, record[title]);
}

function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}
