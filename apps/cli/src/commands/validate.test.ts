import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { runCli, serviceFolder } from "../testing/run-cli.ts";

const fine = 'name = "user"\n';
const broken = 'name = "user"\nreplica = 2\n';
const ahead =
  'name = "shop"\n[secrets]\nrequired = ["TOKEN"]\n[[envs.prod.storages]]\nkind = "redis"\nname = "cache"\n';

/** The schema of OASIS, as Microsoft ships it for tests. */
function sarifSchema(): object {
  const path = fileURLToPath(import.meta.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));
  // It says draft 4; of what differs since then it uses nothing.
  const { $schema, id, ...schema } = JSON.parse(readFileSync(path, "utf8"));
  assert.equal($schema, "http://json-schema.org/draft-04/schema#", id);
  return schema;
}

test("several paths: each is told of, and one that is not valid decides the exit code", async (t) => {
  const folder = await serviceFolder(t, { "a/app.toml": fine, "b/app.toml": broken, "c/app.toml": fine });
  const all = await runCli(["validate", "a", "b", "c/app.toml"], { folder });
  assert.deepEqual([all.code, all.out.match(/is valid/g)?.length], [2, 2]);
  assert.match(all.err, /^b\/app\.toml:2:1 {2}unknown key "replica" {2}\[unknown-key\]\n/);
  assert.equal((await runCli(["validate", "a", "c"], { folder })).code, 0);
});

test("what cannot be delivered yet is a note, once for all environments, and the file is valid", async () => {
  const ended = await runCli(["validate", "-"], { stdin: ahead });
  assert.deepEqual(ended, {
    code: 0,
    err: "",
    out: `✓ app.toml is valid: service shop, with settings of its own for prod
  2 notes: it cannot be deployed like this yet
  app.toml:3:1  [secrets]: secrets cannot be had from this version of Fairway
  app.toml:4:13  [[storages]]: databases, queues and stores cannot be had from this version of Fairway
`,
  });
});

test("a contract copy without its dependency, found in rpc/", async (t) => {
  const folder = await serviceFolder(t, { "app.toml": fine, "rpc/pay.brief": "" });
  const ended = await runCli(["validate", "--json"], { folder });
  assert.deepEqual([ended.code, JSON.parse(ended.out).files[0].issues[0].code], [2, "contract-without-dependency"]);
});

test("SARIF: by the schema of OASIS, with places, also of notes", async (t) => {
  const folder = await serviceFolder(t, { "a b/app.toml": broken, "c/app.toml": ahead });
  const ended = await runCli(["validate", "--format", "sarif", "a b", "c"], { folder });
  assert.deepEqual([ended.code, ended.err], [2, ""]);
  const log = JSON.parse(ended.out);
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  assert.ok(ajv.validate(sarifSchema(), JSON.parse(ended.out)), JSON.stringify(ajv.errors));
  const { results, tool } = log.runs[0];
  assert.deepEqual(
    results.map(({ ruleId, level }: Readonly<Record<string, unknown>>) => [ruleId, level]),
    [
      ["unknown-key", "error"],
      ["not-deliverable-yet", "note"],
      ["not-deliverable-yet", "note"],
    ],
  );
  assert.deepEqual(results[0].locations[0].physicalLocation, {
    artifactLocation: { uri: "a%20b/app.toml" },
    region: { startLine: 2, startColumn: 1, endColumn: 8 },
  });
  assert.ok(tool.driver.rules.some(({ id }: Readonly<Record<string, unknown>>) => id === "unknown-key"));
});

test("an unknown format is wrong usage", async () => {
  const ended = await runCli(["validate", "--format", "xml", "-"], { stdin: fine });
  assert.deepEqual([ended.code, ended.out], [2, ""]);
  assert.match(ended.err, /one of text, json, sarif/);
});
