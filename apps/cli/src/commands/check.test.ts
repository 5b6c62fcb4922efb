import assert from "node:assert/strict";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, serviceFolder } from "../testing/run-cli.ts";

const appToml =
  'name = "greeter"\nowner = "front-desk"\nengine = { name = "node", version = "24" }\nhealth.ready = "/healthz"\n';
const good = {
  "app.toml": appToml,
  "index.js": `const server = require("node:http").createServer((request, response) => response.end("ok"));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`,
};

test("check: a folder that is ready reads well, and was run", async (t) => {
  const folder = await serviceFolder(t, good);
  const ended = await runCli(["check"], { folder });
  assert.deepEqual(ended, {
    code: 0,
    out: "✓ greeter is ready for Fairway (read 2 files, watched it run)\n",
    err: "",
  });
  const read = await runCli(["check", "--no-run"], { folder });
  assert.equal(read.out, "✓ greeter is ready for Fairway (read 2 files, did not run it: --no-run)\n");
});

test("check: what must be done comes first, with place, reason and cure; exit code 1", async (t) => {
  const folder = await serviceFolder(t, {
    "app.toml": 'name = "greeter"\nengine = { name = "node", version = "24" }\nhealth.ready = "/healthz"\n',
    "index.js": 'require("node:http").createServer((q, r) => r.end("ok")).listen(3000);\n',
    ".env": "DB_PASSWORD=hunter2\n",
  });
  const { code, out } = await runCli(["check", "--no-run"], { folder });
  assert.equal(code, 1);
  assert.match(
    out,
    /^must {2}DB_PASSWORD lies in \.env\n {2}\.env:1:1 {2}DB_PASSWORD=…\n {2}why {2}.*\n(?: {7}.*\n)* {2}do {3}take it out/,
  );
  assert.match(out, /\nmust {2}listens on 3000 always\n {2}index\.js:1:65 {2}/);
  assert.match(out, /\n✗ greeter: 2 musts, 2 shoulds \(read 3 files, did not run it: --no-run\)\n$/);
  assert.doesNotMatch(out, /hunter2/);
  const json = await runCli(["check", "--no-run", "--json"], { folder });
  const answer = JSON.parse(json.out);
  assert.deepEqual([json.code, answer.service, answer.run, answer.notRun], [1, "greeter", null, "--no-run"]);
  assert.deepEqual(
    answer.findings.map(({ rule }: { rule: string }) => rule),
    ["secret-in-repository", "fixed-port", "signals-not-handled", "no-owner"],
  );
});

test("check: a run shows what reading could not, and takes a suspicion back", async (t) => {
  const folder = await serviceFolder(t, {
    ...good,
    // The port is read in a way that no pattern knows.
    "index.js": `const key = ["PO", "RT"].join("");
const port = 4000;
const server = require("node:http").createServer((request, response) => response.end("ok"));
server.listen(process.env[key] ?? port);
const events = ["SIG", "TERM"].join("");
process.once(events, () => server.close());
require("node:fs")["write" + "FileSync"]("state.json", "{}");
`,
  });
  assert.match((await runCli(["check", "--no-run"], { folder })).out, /does nothing on SIGTERM/);
  const ended = await runCli(["check"], { folder });
  assert.match(ended.out, /^must {2}wrote state\.json\n/);
  assert.match(ended.out, /\n✗ greeter: 1 must \(read 2 files, watched it run\)\n$/);
});

test("check: without an app.toml it looks with the draft, and says so", async (t) => {
  const folder = await serviceFolder(t, { "index.js": good["index.js"] });
  const { code, out } = await runCli(["check"], { folder });
  assert.equal(code, 1);
  assert.match(out, /^must {2}there is no app\.toml\n {2}why .*\n {2}do {3}fairway init writes one/);
});

test("check: what cannot be built, cannot be run here, cannot be delivered yet", async (t) => {
  const broken = await serviceFolder(t, {
    ...good,
    "app.toml": `${appToml}build.command = "echo no compiler; false"\n`,
  });
  const build = await runCli(["check"], { folder: broken });
  assert.match(build.out, /^must {2}the build command ended with exit code 1: .*\n {2}│ no compiler\n/);
  const image = await serviceFolder(t, {
    "app.toml": 'name = "x"\nowner = "me"\nhealth.ready = "/up"\nbuild.image = "registry.example.com/x:1"\n',
  });
  assert.match((await runCli(["check"], { folder: image })).out, /did not run it: it runs a ready image\)\n$/);
  const refused = await runCli(["check", "--run"], { folder: image });
  assert.deepEqual([refused.code, refused.out], [2, ""]);
  assert.match(refused.err, /^It cannot be run here: it runs a ready image\.\n {2}do /);
  const early = await serviceFolder(t, { ...good, "app.toml": `${appToml}[secrets]\nrequired = ["API_TOKEN"]\n` });
  assert.match((await runCli(["check", "--no-run"], { folder: early })).out, /^must {2}\[secrets\].* cannot be had/);
});

test("check: Ctrl-C ends what it started", async (t) => {
  const folder = await serviceFolder(t, {
    "app.toml": appToml,
    // Never listens; says where it is.
    "index.js":
      'require("node:fs").writeFileSync(process.env.MARK, String(process.pid)); setInterval(() => {}, 1000);\n',
  });
  const mark = join(folder, "pid");
  await appendFile(join(folder, "app.toml"), `env.MARK = ${JSON.stringify(mark)}\n`);
  const interrupt = new AbortController();
  const pidOf = async (): Promise<number> => {
    for (;;) {
      const text = await readFile(mark, "utf8").catch(() => "");
      if (text !== "") return Number(text);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const ended = runCli(["check"], { folder, signal: interrupt.signal });
  const pid = await pidOf();
  interrupt.abort();
  assert.equal((await ended).code, 130);
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
});

test("check: an app.toml with mistakes is told as validate does; a patience that is none", async (t) => {
  const folder = await serviceFolder(t, { ...good, "app.toml": 'name = "x"\nreplica = 2\n' });
  const mistakes = await runCli(["check"], { folder });
  assert.deepEqual([mistakes.code, mistakes.err], [2, (await runCli(["validate"], { folder })).err]);
  const none = await runCli(["check", "--patience", "soon"], { folder });
  assert.deepEqual([none.code, none.err.split("\n")[0]], [2, "--patience takes seconds, not soon."]);
});
