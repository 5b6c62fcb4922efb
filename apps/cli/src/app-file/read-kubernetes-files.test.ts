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
  assert.deepEqual(Object.entries(await readKubernetesFiles(made)), [
    ["a.yaml", "a"],
    ["b.yml", "b"],
    ["c.json", "{}"],
  ]);
});

test("most services have none", async () => {
  assert.deepEqual(await readKubernetesFiles(home), {});
});

test("what no server would take is said here", async () => {
  await assert.rejects(readKubernetesFiles(await folder({ "a b.yaml": "" })), /kubernetes\/a b\.yaml/);
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`${index}.yaml`, ""]));
  await assert.rejects(readKubernetesFiles(await folder(many)), /51 files, the limit is 50/);
  const half = "x".repeat(600_000);
  await assert.rejects(readKubernetesFiles(await folder({ "a.yaml": half, "b.yaml": half })), /more than 1048576/);
  await assert.rejects(readKubernetesFiles(await folder({ "a.yaml": "x".repeat(5_000_000) })), /more than 1048576/);
});
