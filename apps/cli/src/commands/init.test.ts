import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, serviceFolder } from "../testing/run-cli.ts";

const greeter = {
  "package.json": '{"name": "greeter", "scripts": {"start": "node server.js"}}\n',
  "server.js": 'require("http").createServer((q, r) => r.end("hi")).listen(process.env.PORT);\n',
};

test("init: writes an app.toml that is valid, tells what it found and what comes next", async (t) => {
  const folder = await serviceFolder(t, greeter);
  const ended = await runCli(["init"], { folder });
  assert.deepEqual([ended.code, ended.err], [0, ""]);
  assert.match(ended.out, /^✓ wrote app\.toml for greeter\n/);
  assert.match(ended.out, /\n {2}run\.command {2}node server\.js {2}the script start in package\.json\n/);
  assert.match(ended.out, /\nNext: .*fairway check and fairway deploy\n$/);
  assert.match(await readFile(join(folder, "app.toml"), "utf8"), /^name = "greeter"$/m);
  assert.equal((await runCli(["validate"], { folder })).code, 0);
});

test("init: an app.toml that is there stays, unless --force; --stdout and - write nothing", async (t) => {
  const folder = await serviceFolder(t, { ...greeter, "app.toml": 'name = "mine"\n' });
  const refused = await runCli(["init"], { folder });
  assert.deepEqual([refused.code, refused.out], [2, ""]);
  assert.match(refused.err, /^There is an app\.toml already: app\.toml\.\n {2}do /);
  const printed = await runCli(["init", "--stdout"], { folder });
  assert.match(printed.out, /^name = "greeter"$/m);
  assert.deepEqual(await runCli(["init", "-"], { folder }), printed);
  assert.equal(await readFile(join(folder, "app.toml"), "utf8"), 'name = "mine"\n');
  assert.equal((await runCli(["init", "--force"], { folder })).code, 0);
  assert.equal(await readFile(join(folder, "app.toml"), "utf8"), printed.out);
});

test("init: what this version cannot deliver is said at once", async (t) => {
  const folder = await serviceFolder(t, { ...greeter, ".env.example": "API_TOKEN=\n" });
  assert.match(
    (await runCli(["init"], { folder })).out,
    /\n {2}! \[secrets\]: secrets cannot be had from this version/,
  );
});

test("init --json: what was found, where, and why", async (t) => {
  const folder = await serviceFolder(t, greeter);
  const answer = JSON.parse((await runCli(["init", "--json"], { folder })).out);
  assert.deepEqual([answer.file, answer.service, answer.services], ["app.toml", "greeter", []]);
  assert.deepEqual(answer.found[0], { field: "name", value: "greeter", reason: "package.json" });
  assert.equal(answer.text, await readFile(join(folder, "app.toml"), "utf8"));
});

test("init: a roof over services names them; what git ignores is not looked at; a missing folder", async (t) => {
  const folder = await serviceFolder(t, { ".gitignore": "old\n" });
  for (const name of ["users", "old"]) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "package.json"), greeter["package.json"]);
  }
  const roof = await runCli(["init"], { folder });
  assert.deepEqual([roof.code, roof.out], [2, ""]);
  assert.match(
    roof.err,
    /^This folder starts nothing itself.*\n {2}users +starts with "node server\.js"\n {2}do {7}fairway init users\n$/,
  );
  const json = await runCli(["init", "--json"], { folder });
  const { service, services } = JSON.parse(json.out);
  assert.deepEqual(
    [json.code, service, services],
    [2, null, [{ path: "users", reason: 'starts with "node server.js"' }]],
  );
  const nowhere = await runCli(["init", "nowhere"], { folder });
  assert.deepEqual([nowhere.code, nowhere.err.split("\n")[0]], [2, "nowhere is not a folder."]);
});
