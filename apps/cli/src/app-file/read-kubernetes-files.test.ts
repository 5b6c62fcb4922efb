import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readKubernetesFiles } from "./read-kubernetes-files.ts";

const home = await mkdtemp(join(tmpdir(), "fairway-kubernetes-files-"));
after(() => rm(home, { recursive: true }));

/** A folder whose `kubernetes/` has these files. */
async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const made = await mkdtemp(join(home, "service-"));
  await mkdir(join(made, "kubernetes"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(made, "kubernetes", name), text);
  return made;
}

test("YAML and JSON files travel by their names, others stay", async () => {
  const made = await folder({ "b.yml": "b", "a.yaml": "a", "c.json": "{}", "README.md": "no", ".swp": "no" });
  await mkdir(join(made, "kubernetes", "folder.yaml"));
  assert.deepEqual(Object.entries(readKubernetesFiles(made)), [
    ["a.yaml", "a"],
    ["b.yml", "b"],
    ["c.json", "{}"],
  ]);
});

test("most services have none", async () => {
  assert.deepEqual(readKubernetesFiles(home), {});
});

async function refused(files: Readonly<Record<string, string>>, words: RegExp): Promise<void> {
  const made = await folder(files);
  assert.throws(() => readKubernetesFiles(made), words);
}

test("what no server would take is said here", async () => {
  await refused({ "a b.yaml": "" }, /kubernetes\/a b\.yaml/);
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`${index}.yaml`, ""]));
  await refused(many, /51 files, the limit is 50/);
  const half = "x".repeat(600_000);
  await refused({ "a.yaml": half, "b.yaml": half }, /more than 1048576/);
  await refused({ "a.yaml": "x".repeat(5_000_000) }, /more than 1048576/);
});
