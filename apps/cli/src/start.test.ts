import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
// @ts-expect-error plain JavaScript, which runs before anything is installed
import { build } from "../build.mjs";

const app = fileURLToPath(new URL("..", import.meta.url));

/** The command as somebody has it who has no checkout, and a Node that knows less of the language. */
async function installed(t: { after(cleanUp: () => void): void }): Promise<string> {
  await build();
  const folder = mkdtempSync(join(tmpdir(), "fairway-installed-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { whole, alone } = JSON.parse(readFileSync(join(app, "dist/bundle.json"), "utf8"));
  const scripts = [whole, alone.render, alone.validate].map(({ name }) => `dist/${name}`);
  for (const part of ["package.json", "bin", "dist/bundle.json", ...scripts]) {
    cpSync(join(app, part), join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, "as-node-20.cjs"), "delete Map.groupBy; delete Promise.withResolvers;");
  return folder;
}

function run(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "bin/fairway.js"), ...args], {
    encoding: "utf8",
    input: 'name = "user"\npublic = { host = "user.example.com" }\n',
    env: { ...process.env, NODE_OPTIONS: `--require ${join(folder, "as-node-20.cjs")}` },
  });
  return { status, stdout, stderr };
}

test("what was compiled is kept by command and used again; what is no such thing is made anew", async (t) => {
  const folder = await installed(t);
  const first = run(folder, "render", "-");
  assert.deepEqual([first.status, first.stderr], [0, ""]);
  assert.match(first.stdout, /^---\napiVersion: v1\nkind: Namespace\n/);
  const compiled = join(folder, "dist/compiled");
  const [kept = ""] = readdirSync(compiled);
  assert.match(kept, /^render-[0-9a-f]{12}\.js\.v[\d.]+\.render$/);
  const bytes = readFileSync(join(compiled, kept));
  assert.deepEqual(run(folder, "render", "-"), first);
  assert.ok(bytes.equals(readFileSync(join(compiled, kept))), "it is used as it is");
  for (const wrong of [Buffer.alloc(0), Buffer.from("no code"), bytes.subarray(0, bytes.length / 2)]) {
    writeFileSync(join(compiled, kept), wrong);
    assert.deepEqual(run(folder, "render", "-"), first);
    assert.ok(readFileSync(join(compiled, kept)).length > wrong.length);
  }
  assert.match(run(folder, "--version").stdout, /^\d+\.\d+\.\d+\n$/);
  assert.match(run(folder).stdout, /^Usage: fairway/);
  assert.equal(run(folder, "deplyo").status, 2);
  assert.deepEqual(
    readdirSync(compiled).map((name) => name.replace(/^.*\./, "")),
    ["other", "render"],
  );
});

test("a script of one command has all that its options may need; with others, and for other commands, all is there", async (t) => {
  const folder = await installed(t);
  const service = join(folder, "service");
  mkdirSync(join(service, "kubernetes"), { recursive: true });
  writeFileSync(
    join(service, "app.toml"),
    'name = "user"\n[[kubernetes.patches]]\nkind = "Deployment"\nmerge = { spec = { minReadySeconds = 7 } }\n',
  );
  writeFileSync(
    join(service, "kubernetes/settings.yaml"),
    "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n",
  );
  writeFileSync(join(folder, "profile.toml"), '[labels]\n"example.com/team" = "a"\n');
  const rendered = run(folder, "render", service, "--env", "staging");
  assert.deepEqual([rendered.status, rendered.stderr], [0, ""]);
  assert.match(rendered.stdout, /minReadySeconds: 7/);
  assert.match(rendered.stdout, /name: settings/);
  assert.equal(run(folder, "validate", service, "--format", "sarif").status, 0);
  const profiled = run(folder, "render", service, "--profile", join(folder, "profile.toml"));
  assert.match(profiled.stdout, /example.com\/team: a/);
  writeFileSync(join(service, "app.toml"), 'name = "user"\nreplica = 2\n');
  for (const command of ["render", "validate"]) {
    const refused = run(folder, command, service);
    assert.equal(refused.status, 2);
    assert.match(refused.stdout + refused.stderr, /did you mean "replicas"\?/);
  }
  assert.equal(run(folder, "render", join(folder, "none"), "--json").status, 2);
  const compiled = readdirSync(join(folder, "dist/compiled")).map((name) => name.replace(/-.*\./, " "));
  assert.deepEqual(compiled.toSorted(), ["fairway render", "render render", "validate validate"]);
});

test("a folder that nobody may write to does no harm", async (t) => {
  const folder = await installed(t);
  writeFileSync(join(folder, "dist/compiled"), "a file in its place");
  assert.deepEqual([run(folder, "render", "-").status, run(folder, "render", "-").stderr], [0, ""]);
});
