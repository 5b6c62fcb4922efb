import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, serviceFolder } from "../testing/run-cli.ts";

const untidy = '# mine\nname="user"   # why\n[engine]\nname = "node"\n';
const tidy = '# mine\nname = "user" # why\n\n[engine]\nname = "node"\n';

test("fmt writes the file, says so once, and has nothing to do the second time", async (t) => {
  const folder = await serviceFolder(t, { "app.toml": untidy, "b/app.toml": tidy });
  const first = await runCli(["fmt", ".", "b"], { folder });
  assert.deepEqual(first, { code: 0, out: "✓ app.toml is formatted now\n", err: "" });
  assert.equal(await readFile(join(folder, "app.toml"), "utf8"), tidy);
  assert.equal((await runCli(["fmt"], { folder })).out, "✓ app.toml is formatted already\n");
});

test("fmt --check changes nothing and ends with 3", async (t) => {
  const folder = await serviceFolder(t, { "app.toml": untidy, "b/app.toml": tidy });
  const ended = await runCli(["fmt", "--check", ".", "b"], { folder });
  assert.deepEqual(ended, { code: 3, out: "✗ app.toml is not formatted\n", err: "" });
  assert.equal(await readFile(join(folder, "app.toml"), "utf8"), untidy);
  assert.equal((await runCli(["fmt", "--check", "b"], { folder })).code, 0);
  const json = await runCli(["fmt", "--check", "--json"], { folder });
  assert.deepEqual([json.code, JSON.parse(json.out)], [3, { files: [{ file: "app.toml", changed: true }] }]);
});

test("fmt - is a filter", async () => {
  assert.deepEqual(await runCli(["fmt", "-"], { stdin: untidy }), { code: 0, out: tidy, err: "" });
  assert.deepEqual((await runCli(["fmt", "-"], { stdin: tidy })).out, tidy);
});

test("what is no TOML is not touched", async (t) => {
  const folder = await serviceFolder(t, { "app.toml": "name=\n" });
  const ended = await runCli(["fmt"], { folder });
  assert.deepEqual([ended.code, ended.out], [2, ""]);
  assert.match(ended.err, /^app\.toml:1:6 {2}the value after "=" is missing {2}\[syntax\]/);
  assert.equal(await readFile(join(folder, "app.toml"), "utf8"), "name=\n");
});
