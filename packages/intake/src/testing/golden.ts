import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { folderArchive } from "./folder-archive.ts";

const folders = new URL("../../testdata/folders/", import.meta.url);

/** Folders of different origin, by name. */
export function folderCases(): readonly (readonly [name: string, facts: FolderFacts])[] {
  return readdirSync(folders).map((name) => [
    name,
    folderArchive(name, readFileSync(new URL(`${name}/folder.txt`, folders), "utf8")),
  ]);
}

/** Compares with a file of the case; `UPDATE_GOLDENS=1` writes it instead. */
export function assertGolden(name: string, file: string, actual: string): void {
  const path = new URL(`${name}/${file}`, folders);
  if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(path, actual);
  assert.equal(
    actual,
    existsSync(path) ? readFileSync(path, "utf8") : "",
    `differs from testdata/folders/${name}/${file}`,
  );
}
