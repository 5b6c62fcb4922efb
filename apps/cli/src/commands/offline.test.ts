import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { catalogue } from "../catalogue.ts";
import { runProgram } from "../program.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { runCli, serviceFolder, smallService } from "../testing/run-cli.ts";

test("validate: a folder, a file and standard input", async (t) => {
  const folder = await serviceFolder(t, smallService);
  const expected = { code: 0, out: "✓ app.toml is valid: service user\n", err: "" };
  assert.deepEqual(await runCli(["validate"], { folder }), expected);
  assert.deepEqual(await runCli(["validate", "app.toml"], { folder }), expected);
  assert.deepEqual(await runCli(["validate", "-"], { stdin: smallService["app.toml"] }), expected);
  assert.match((await runCli(["validate", folder])).out, new RegExp(`^✓ ${folder}/app.toml is valid`));
});

test("validate: every problem with its place, exit code 2", async (t) => {
  const folder = await serviceFolder(t, {
    "app.toml": 'name = "user"\ndescription = "x"\nowner = "users"\nreplica = 2\nkind = "busines"\n',
  });
  const ended = await runCli(["validate"], { folder });
  assert.deepEqual({ code: ended.code, out: ended.out }, { code: 2, out: "" });
  assertGolden("validate-problems.txt", ended.err);
});

test("validate --json: valid, and not valid with all issues", async (t) => {
  const folder = await serviceFolder(t, { "app.toml": `${smallService["app.toml"]}\n[envs.prod]\nreplicas = 70\n` });
  const fine = await runCli(["validate", "--json"], { folder });
  const file = { file: "app.toml", valid: true, name: "user", environments: ["prod"], issues: [], notes: [] };
  assert.deepEqual([fine.code, JSON.parse(fine.out)], [0, { valid: true, files: [file] }]);
  const broken = await runCli(["--json", "validate", "-"], { stdin: "name = 5\nreplica = 2\n" });
  const answer = JSON.parse(broken.out);
  assert.deepEqual([broken.code, answer.valid, answer.files[0].valid, broken.err], [2, false, false, ""]);
  assert.deepEqual(
    answer.files[0].issues.map(({ code, line, column }: Readonly<Record<string, unknown>>) => [code, line, column]),
    [
      ["wrong-type", 1, 8],
      ["unknown-key", 2, 1],
    ],
  );
});

test("validate: broken TOML, a missing file, a folder in its place, ten megabytes", async (t) => {
  const folder = await serviceFolder(t, { "app.toml": "name = \n" });
  assert.match((await runCli(["validate"], { folder })).err, /^app\.toml:1:\d+ {2}/);
  const none = await runCli(["validate"], { folder: await serviceFolder(t, {}) });
  assert.equal(none.code, 2);
  assert.match(none.err, /no app\.toml in this folder/);
  assert.match((await runCli(["validate", "nowhere"], { folder })).err, /^There is no nowhere\.\n {2}do /);
  const huge = await runCli(["validate", "-"], { stdin: `description = "${"x".repeat(10_000_000)}"` });
  assert.equal(huge.code, 2);
  assert.match(huge.err, /1 problem/);
  assert.ok(huge.err.length < 2_000);
});

test("render: the objects of an environment as YAML, the same every time", async (t) => {
  const folder = await serviceFolder(t, {
    "app.toml": `${smallService["app.toml"]}\n[env]\nGREETING = "hi"\n[envs.staging]\nreplicas = 1\n`,
  });
  const first = await runCli(["render"], { folder });
  assert.equal(first.code, 0);
  const rendered: { kind: string }[] = parseAllDocuments(first.out).map((document) => document.toJS());
  const kinds = rendered.map(({ kind }) => kind);
  for (const kind of ["Namespace", "ServiceAccount", "ConfigMap", "Service", "Deployment", "PodDisruptionBudget"])
    assert.ok(kinds.includes(kind), kind);
  assert.match(first.out, /GREETING: hi/);
  assert.equal((await runCli(["render"], { folder })).out, first.out);
  const staging = await runCli(["render", "--env", "staging", "--json"], { folder });
  const { environment, objects } = JSON.parse(staging.out);
  assert.equal(environment, "staging");
  assert.deepEqual(
    objects.map(({ kind }: { kind: string }) => kind),
    kinds.filter((kind) => kind !== "PodDisruptionBudget"),
  );
  assert.equal(objects.find(({ kind }: { kind: string }) => kind === "Deployment").spec.replicas, 1);
});

test("cluster account: what kubectl applies, with no right to read Secrets", async () => {
  const text = await runCli(["cluster", "account"]);
  assert.equal(text.code, 0);
  const json = JSON.parse((await runCli(["cluster", "account", "--json"])).out);
  const documents = parseAllDocuments(text.out).map((document) => document.toJS());
  assert.deepEqual(documents, json.items);
  assert.deepEqual(
    documents.map(({ kind }: { kind: string }) => kind),
    ["ClusterRole", "Namespace", "ServiceAccount", "ClusterRoleBinding", "Secret"],
  );
});

test("every command has a help with an example", async () => {
  const groups = [...new Set(catalogue.flatMap(({ path }) => (path.length > 1 ? [path.slice(0, -1)] : [])))];
  for (const path of [...catalogue.map((entry) => entry.path), ...groups]) {
    const shell = fakeShell({ environment: {} });
    assert.equal(await runProgram(["help", ...path], shell, "0.0.0"), 0);
    assert.match(shell.written.out, new RegExp(`\\n {2}\\$ .*fairway (help )?${path.join(" ")}`), path.join(" "));
    assert.doesNotMatch(shell.written.out, /^ {2}[a-z]+$/m, `each argument of ${path.join(" ")} is explained`);
  }
});

test("in the wrong folder: where there is an app.toml", async (t) => {
  const folder = await serviceFolder(t, {});
  const nothing = await runCli(["deploy"], { folder });
  assert.match(
    nothing.err,
    /^There is no app\.toml in this folder\.\n {2}do {7}write one \(a line is enough: name = "user"\)/,
  );
  await mkdir(join(folder, "user"));
  await writeFile(join(folder, "user/app.toml"), 'name = "user"\n');
  assert.match((await runCli(["deploy"], { folder })).err, /this folder\.\n {2}do {7}there is one in: user\n$/);
  await mkdir(join(folder, "user/src"));
  const below = await runCli(["validate"], { folder: join(folder, "user/src") });
  assert.match(below.err, /there is one in: \.\.\n$/);
  const nowhere = await runCli(["deploy", "/nowhere"], { folder });
  assert.deepEqual(
    [nowhere.code, nowhere.err],
    [2, "There is no /nowhere.\n  do       name a folder with an app.toml, or the file itself\n"],
  );
});

test("explain: one cause, all of them, an unknown one", async () => {
  const crash = await runCli(["explain", "crashloop"]);
  assert.match(crash.out, /^CrashLoop\n {2}means {2}The program ends again and again\.\n {2}cause {2}/);
  assert.match((await runCli(["explain"])).out, /^FieldConflict +A field of the object belongs to somebody else\.$/m);
  const unknown = await runCli(["explain", "Gremlins"]);
  assert.deepEqual([unknown.code, unknown.out], [2, ""]);
  assert.match(unknown.err, /no cause with the code "Gremlins"\.\n {2}do {7}all of them: fairway explain/);
});

test("help: of all, of one, of app.toml; version; wrong usage is 2", async () => {
  const help = await runCli(["--help"]);
  assert.equal(help.code, 0);
  assertGolden("help.txt", help.out);
  assert.deepEqual(await runCli([]), help);
  assert.deepEqual(await runCli(["help"]), help);
  const deploy = await runCli(["deploy", "--help"]);
  assert.match(deploy.out, /Examples:\n {2}\$ fairway deploy\n/);
  assert.deepEqual(await runCli(["help", "deploy"]), deploy);
  const fields = await runCli(["help", "app.toml"]);
  assert.match(fields.out, /^ {2}replicas +How many run in each cluster/m);
  assert.match(
    fields.out,
    /^\[\[crons\]\] {2}Commands that run by the clock\n {2}name +How it is called\. Required\.$/m,
  );
  assert.ok(
    fields.out.split("\n").every((line) => line.length <= 80),
    fields.out,
  );
  const health = await runCli(["help", "app.toml", "health"]);
  assert.match(health.out, /^health\.ready\.period {2}default 2\n {4}Time between two checks/m);
  assert.doesNotMatch(health.out, /^run/m);
  assert.match((await runCli(["help", "app.toml", "[[crons]]"])).out, /^crons\.schedule {2}required/m);
  const nothing = await runCli(["help", "app.toml", "helth"]);
  assert.deepEqual([nothing.code, nothing.out], [2, ""]);
  assert.match(nothing.err, /no table and no field "helth"\.\n {2}do {7}/);
  assert.match((await runCli(["--version"])).out, /^\d+\.\d+\.\d+\n$/);

  const reserved = await runCli(["validate", "-"], { stdin: 'name = "default"\n' });
  assert.deepEqual(
    [reserved.code, /^app\.toml:1:8 {2}a service cannot be called "default"/.test(reserved.err)],
    [2, true],
  );

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["deplyo"], /^Unknown command "deplyo"\.\n {2}do {7}did you mean deploy\?/],
    [["cluster", "ad"], /^Unknown command "ad"\.\n {2}do {7}/],
    [["logs"], /^Missing required argument "service"\.\n {2}do {7}.*fairway --help/],
    [["deploy", "--wat"], /^Unknown option "--wat"\.\n/],
    [["logs", "user", "--tail", "many"], /--tail takes a number/],
    [["login", "ftp://example.com"], /is not an address/],
  ];
  for (const [args, message] of wrong) {
    const ended = await runCli(args, { environment: { FAIRWAY_URL: "http://127.0.0.1:1", FAIRWAY_TOKEN: "t" } });
    assert.deepEqual([args, ended.code, ended.out], [args, 2, ""]);
    assert.match(ended.err, message);
  }
  const json = await runCli(["deplyo", "--json"]);
  assert.deepEqual([json.code, json.err, JSON.parse(json.out).code], [2, "", "usage"]);
});

test("colours: none in a pipe, FORCE_COLOR makes them, NO_COLOR does not", async (t) => {
  const folder = await serviceFolder(t, smallService);
  const colours = async (environment: Record<string, string>) =>
    (await runCli(["validate"], { folder, environment })).out.includes("\u001b[");
  assert.deepEqual(
    [await colours({}), await colours({ FORCE_COLOR: "1" }), await colours({ NO_COLOR: "1" })],
    [false, true, false],
  );
});

test("no server: which one, and what to do", async (t) => {
  const unknown = await runCli(["status"]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /^No Fairway server is known here\.\n {2}do {7}npm start/);
  const folder = await serviceFolder(t, smallService);
  const environment = { FAIRWAY_URL: "http://127.0.0.1:1", FAIRWAY_TOKEN: "t" };
  const silent = await runCli(["deploy"], { folder, environment });
  assert.equal(silent.code, 1);
  assert.match(silent.err, /^No server answers at http:\/\/127\.0\.0\.1:1\.\n {2}do {7}npm start/);
  const json = await runCli(["services", "--json"], { environment });
  assert.equal(JSON.parse(json.out).code, "server-unreachable");
});
