import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { VolumeContent } from "../volumes/volume-content.ts";
import { linkMounts, writeVolumeFiles } from "./volume-files.ts";

test("files change together, and what is gone goes", (t) => {
  const folder = join(temporary(t), "v");
  writeVolumeFiles(folder, files({ a: "1", "deep/b": "2" }, 0o640), "1");
  assert.deepEqual(visible(folder), ["a", "deep"]);
  assert.deepEqual(
    [readFileSync(join(folder, "deep/b"), "utf8"), statSync(join(folder, "a")).mode & 0o777],
    ["2", 0o640],
  );
  writeVolumeFiles(folder, files({ a: "changed", c: "3" }), "2");
  assert.deepEqual(visible(folder), ["a", "c"]);
  assert.equal(readFileSync(join(folder, "a"), "utf8"), "changed");
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("..")),
    ["..2", "..data"],
  );
});

test("a name cannot lead out of its volume", (t) => {
  const home = temporary(t);
  writeVolumeFiles(join(home, "v"), files({ "../../out": "1" }), "1");
  assert.deepEqual([existsSync(join(home, "out")), visible(join(home, "v"))], [false, ["out"]]);
});

test("mounts lie below the root; one file keeps what it had; a pod's own folder stays", (t) => {
  const home = temporary(t);
  const volumes = join(home, "volumes");
  const root = join(home, "root");
  writeVolumeFiles(join(volumes, "settings"), files({ "app.json": "{}" }), "1");
  writeVolumeFiles(join(volumes, "cache"), { kind: "own" }, "2");
  const mount = (path: string, volume: string, subPath?: string) => ({ path, volume, subPath });
  const mounts = [
    mount("/etc/one.json", "settings", "app.json"),
    mount("/cache", "cache"),
    mount("/cache/inner", "settings"),
    mount("/part", "cache", "sub/folder"),
    mount("/nothing", "absent"),
  ];
  linkMounts(root, mounts, volumes);
  writeFileSync(join(root, "cache/kept"), "yes");
  writeVolumeFiles(join(volumes, "settings"), files({ "app.json": "new" }), "3");
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  assert.deepEqual([read("etc/one.json"), read("cache/inner/app.json")], ["{}", "new"]);
  linkMounts(root, mounts, volumes);
  assert.deepEqual([read("etc/one.json"), read("cache/kept")], ["new", "yes"]);
  assert.ok(statSync(join(volumes, "cache/sub/folder")).isDirectory());
  assert.ok(!existsSync(join(root, "nothing")));
  assert.throws(
    () => linkMounts(root, [mount("/x", "settings", "absent")], volumes),
    /subPath "absent" is not in the volume/,
  );
});

function files(entries: Readonly<Record<string, string>>, mode = 0o644): VolumeContent {
  const list = Object.entries(entries).map(([path, text]) => [path, { data: Buffer.from(text), mode }] as const);
  return { kind: "files", files: new Map(list) };
}

function visible(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith(".."));
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "volumes-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
