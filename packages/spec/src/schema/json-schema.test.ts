import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { appTomlJsonSchema, fieldHelp, parseAppToml } from "../index.ts";

const published = new URL("../../schema/app-toml.schema.json", import.meta.url);
const goldens = new URL("../../../manifests/testdata/", import.meta.url);
const taplo = fileURLToPath(import.meta.resolve("@taplo/cli/dist/cli.js"));

test("the schema in the repository is that of the definition", async () => {
  const text = `${JSON.stringify(appTomlJsonSchema(), undefined, 2)}\n`;
  if (process.env["UPDATE_GOLDENS"] === "1") await writeFile(published, text);
  assert.equal(await readFile(published, "utf8"), text, "UPDATE_GOLDENS=1 writes it anew");
});

test("every field is in it, with its description", () => {
  const text = JSON.stringify(appTomlJsonSchema());
  for (const { field, description } of fieldHelp()) {
    assert.ok(text.includes(`"description":${JSON.stringify(`${description}.`).slice(0, -1)}`), field);
  }
});

/** What a TOML tool, which knows nothing of Fairway, says about each of the texts: valid or not. One process for all. */
async function judged(texts: readonly string[]): Promise<readonly boolean[]> {
  const folder = await mkdtemp(join(tmpdir(), "fairway-schema-"));
  try {
    const files = texts.map((_, index) => `${String(index).padStart(4, "0")}.toml`);
    await Promise.all(texts.map((text, index) => writeFile(join(folder, files[index] ?? ""), text)));
    const schema = pathToFileURL(fileURLToPath(published)).href;
    const said = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [taplo, "lint", "--no-auto-config", "--colors", "never", "--schema", schema, ...files],
        { cwd: folder, maxBuffer: 1 << 26 },
        (_error, stdout, stderr) => resolve(stdout + stderr),
      );
    });
    assert.match(said, /found files total=\d+/, said);
    assert.doesNotMatch(said, /invalid schema/);
    return files.map((file) => !said.includes(file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const broken: readonly string[] = [
  "",
  'nmae = "user"',
  'name = "user"\nreplica = 2',
  'name = "User"',
  "name = 3",
  'name = "user"\nreplicas = "2"',
  'name = "user"\nreplicas = 1001',
  'name = "user"\nreplicas = 1.5',
  'name = "user"\nreplicas = { min = 1 }',
  'name = "user"\nkind = "busines"',
  'name = "user"\nengine = "node"',
  'name = "user"\n[engine]\nversion = 1.14',
  'name = "user"\n[run]\ngrace = "soon"',
  'name = "user"\n[run]\nport = 80',
  'name = "user"\n[health.live]\nperiod = 5',
  'name = "user"\n[health]\nlive = true',
  'name = "user"\n[dependencies]\nname = "x"',
  'name = "user"\n[[dependencies]]\ntimeout = 1',
  'name = "user"\n[[dependencies]]\nname = "a"\ntimout = 1',
  'name = "user"\n[[storages]]\nkind = "oracle"\nname = "main"',
  'name = "user"\n[[crons]]\nname = "a"\nschedule = "@daily"',
  'name = "user"\n[env]\n"a b" = "x"',
  'name = "user"\n[env]\nA = [1]',
  'name = "user"\n[deploy]\nsteps = [{ weight = 101 }]',
  'name = "user"\n[[kubernetes.patches]]\nmerge = {}',
  'name = "user"\n[envs.prod]\nname = "x"',
  'name = "user"\n[envs.prod]\nreplica = 1',
  'name = "user"\n[envs.prod.run]\nport = "x"',
];

test("a TOML tool accepts every valid file by it, and refuses each structural error", async () => {
  const cases = await readdir(goldens);
  const valid = await Promise.all(cases.map((name) => readFile(new URL(`${name}/app.toml`, goldens), "utf8")));
  const every = await readFile(new URL("../../testdata/every-field.toml", import.meta.url), "utf8");
  const overrides = 'name = "user"\n[envs.prod.health.live]\nperiod = 5\n[envs.prod.public]\ntls = false\n';
  const texts = [...valid, every.replace(/^#:schema.*/, ""), overrides];
  const verdicts = await judged([...texts, ...broken]);
  assert.deepEqual(
    texts.filter((_, index) => verdicts[index] === false),
    [],
  );
  assert.deepEqual(
    broken.filter((_, index) => verdicts[texts.length + index] === true),
    [],
  );
  assert.ok(broken.every((text) => !parseAppToml(text).ok));
});
