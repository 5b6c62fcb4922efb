import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createImageStore } from "./image-store.ts";

test("what kind of module a service is does not depend on the folders above the cluster", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "fairway-image-store-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  const hex = "a".repeat(64);
  const snapshots = join(root, "snapshots");
  mkdirSync(snapshots);
  writeFileSync(join(snapshots, `${hex}.tar`), "");
  const images = createImageStore(join(root, "images"), snapshots, async (_tar, directory) => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "index.js"), 'console.log(typeof require("node:http").createServer);');
  });

  const image = `snapshot.fairway.dev/mine@sha256:${hex}`;
  await images.pull(image, AbortSignal.timeout(5_000));
  const folder = images.folder(image) ?? assert.fail("not unpacked");
  const env = { PATH: process.env["PATH"] };
  assert.equal(execFileSync(process.execPath, ["."], { cwd: folder, env, encoding: "utf8" }), "function\n");
});
