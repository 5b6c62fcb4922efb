import assert from "node:assert/strict";
import { createReadStream, readdirSync } from "node:fs";
import { cp, lstat, mkdir, readFile, readlink, stat, utimes } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type BuildOptions, buildSnapshot } from "./build-snapshot.ts";
import { inspectArchive } from "./inspect-archive.ts";
import { SnapshotError } from "./snapshot-error.ts";
import { type Content, temporaryFolder, writeFiles } from "./testing/folder.ts";
import { unpackSnapshot } from "./unpack-snapshot.ts";

const service: Record<string, Content> = {
  "app.toml": 'name = "user"\n',
  "index.js": "console.log('hello')\n",
  "lib/deep/z.js": "z",
  "lib/a.js": "a",
  "lib-b.js": "b",
  "bin/run": { executable: "#!/bin/sh\n" },
  "bin/again": { link: "run" },
  "größe/naïve file.txt": "x",
};

async function snapshotOf(t: TestContext, folder: string, options: Partial<BuildOptions> = {}) {
  const snapshot = await buildSnapshot({ folder, engine: "static", ...options });
  t.after(() => snapshot.remove());
  const unpacked = join(await temporaryFolder(t), "unpacked");
  await unpackSnapshot(snapshot.tarPath, unpacked);
  const paths = readdirSync(unpacked, { recursive: true, encoding: "utf8" }).sort();
  return { ...snapshot, unpacked, paths };
}

test("two checkouts of the same content give the same digest, whatever their times, order and owner's rights", async (t) => {
  const one = await writeFiles(await temporaryFolder(t), service);
  const two = await writeFiles(await temporaryFolder(t), Object.fromEntries(Object.entries(service).reverse()));
  await utimes(join(two, "index.js"), 1, 1);
  await mkdir(join(two, "left/over"), { recursive: true });
  const first = await snapshotOf(t, one);
  const second = await snapshotOf(t, two);
  assert.equal(first.digest, second.digest);
  assert.match(first.digest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual({ files: first.files, bytes: first.bytes }, { files: 7, bytes: 35 });
});

test("content, names and executable bits change the digest; app.toml and kubernetes/ alone do not", async (t) => {
  const digests = new Set<string>();
  for (const change of [
    {},
    { "index.js": "other" },
    { "bin/run": "#!/bin/sh\n" },
    { "bin/again": { link: "../index.js" } },
    { "lib/new.js": "" },
  ]) {
    const folder = await writeFiles(await temporaryFolder(t), { ...service, ...change });
    digests.add((await snapshotOf(t, folder)).digest);
  }
  assert.equal(digests.size, 5);
  const configured = await writeFiles(await temporaryFolder(t), {
    ...service,
    "app.toml": "replicas = 2",
    "kubernetes/rules.yaml": "kind: ConfigMap",
  });
  digests.add((await snapshotOf(t, configured)).digest);
  assert.equal(digests.size, 5);
});

test("the snapshot is a tar that unpacks to what was packed, with plain modes", async (t) => {
  const folder = await writeFiles(await temporaryFolder(t), { ...service, "big.bin": "x".repeat(3_000_000) });
  const { unpacked, tarPath, files, bytes } = await snapshotOf(t, folder);
  assert.deepEqual(await inspectArchive(createReadStream(tarPath)), { files, bytes });
  assert.equal((await readFile(join(unpacked, "big.bin"))).length, 3_000_000);
  assert.equal(await readFile(join(unpacked, "größe/naïve file.txt"), "utf8"), "x");
  assert.equal((await stat(join(unpacked, "bin/run"))).mode & 0o777, 0o755);
  assert.equal((await stat(join(unpacked, "index.js"))).mode & 0o777, 0o644);
  assert.equal(await readlink(join(unpacked, "bin/again")), "run");
});

test("a long path survives", async (t) => {
  const long = `${"d".repeat(120)}/${"e".repeat(120)}/${"f".repeat(120)}`;
  const folder = await writeFiles(await temporaryFolder(t), { [long]: "far" });
  const { unpacked } = await snapshotOf(t, folder);
  assert.equal(await readFile(join(unpacked, long), "utf8"), "far");
});

test("what git ignores stays out: rules of the repository's root, of nested folders, and those that take back", async (t) => {
  const repository = await writeFiles(await temporaryFolder(t), {
    ".git/HEAD": "ref: refs/heads/main",
    ".git/info/exclude": "private.txt\n",
    ".gitignore": "*.log\n/services/user/generated\nsecrets/\n# comment\n\\#odd\nbuild/\n",
    "services/.gitignore": "tmp\n!keep.log\n",
    "services/user/.gitignore": "/only-here.txt\n!build/\n*.bak\n!important.bak\n",
    "services/user/index.js": "1",
    "services/user/a.log": "no",
    "services/user/keep.log": "yes",
    "services/user/generated/x": "no",
    "services/user/lib/generated/x": "yes",
    "services/user/secrets/key": "no",
    "services/user/private.txt": "no",
    "services/user/tmp/x": "no",
    "services/user/#odd": "no",
    "services/user/build/out.js": "yes",
    "services/user/only-here.txt": "no",
    "services/user/lib/only-here.txt": "yes",
    "services/user/x.bak": "no",
    "services/user/important.bak": "yes",
    "services/user/lib/.gitignore": "/local/*\n!/local/.keep\n",
    "services/user/lib/local/x": "no",
    "services/user/lib/local/.keep": "yes",
    "services/user/Tmp/x": "yes",
    "services/user/node_modules/left-pad/index.js": "no",
    "services/user/sub/.git/HEAD": "no",
  });
  const { paths } = await snapshotOf(t, join(repository, "services/user"));
  assert.deepEqual(
    paths.filter((path) => !["lib", "build", "Tmp", "lib/generated", "lib/local"].includes(path)),
    [
      ".gitignore",
      "Tmp/x",
      "build/out.js",
      "important.bak",
      "index.js",
      "keep.log",
      "lib/.gitignore",
      "lib/generated/x",
      "lib/local/.keep",
      "lib/only-here.txt",
    ],
  );
});

test("a folder that is itself ignored is deployed by its own rules", async (t) => {
  const repository = await writeFiles(await temporaryFolder(t), {
    ".git/HEAD": "",
    ".gitignore": "scratch/\n*.js\n",
    "scratch/service/.gitignore": "*.log\n",
    "scratch/service/index.js": "1",
    "scratch/service/a.log": "1",
  });
  const { paths } = await snapshotOf(t, join(repository, "scratch/service"));
  assert.deepEqual(paths, [".gitignore", "index.js"]);
});

test("the build runs in a clean copy, sees no secrets, and what it makes is in the snapshot, though git ignores it", async (t) => {
  const folder = await writeFiles(await temporaryFolder(t), {
    ...service,
    ".gitignore": "out/\nstale\n",
    stale: "from an earlier build",
  });
  const lines: string[] = [];
  const { paths, unpacked, build } = await snapshotOf(t, folder, {
    command: "mkdir -p out/empty && cat app.toml lib/a.js > out/made && ls && env && echo fine >&2 && rm lib-b.js",
    exclude: ["lib/", "*.txt"],
    environment: { PATH: process.env["PATH"], HOME: "/nowhere", HTTPS_PROXY: "http://proxy", API_TOKEN: "t0ken" },
    onOutput: (line) => lines.push(line),
  });
  assert.deepEqual(
    paths.filter((path) => !path.startsWith("gr")),
    [".gitignore", "bin", "bin/again", "bin/run", "index.js", "out", "out/empty", "out/made"],
  );
  assert.equal(await readFile(join(unpacked, "out/made"), "utf8"), 'name = "user"\na');
  assert.ok(lines.includes("fine") && lines.includes("HTTPS_PROXY=http://proxy") && !lines.includes("stale"));
  assert.ok(!lines.join().includes("t0ken"));
  assert.match(build?.command ?? "", /^mkdir/);
  await assert.rejects(lstat(join(folder, "out")), "the folder itself is not touched");
});

test("the same build twice gives the same digest", async (t) => {
  const folder = await writeFiles(await temporaryFolder(t), service);
  const other = join(await temporaryFolder(t), "elsewhere");
  await cp(folder, other, { recursive: true, verbatimSymlinks: true });
  const command = "cp index.js built.js && chmod 700 built.js && ln -s ../lib/a.js bin/a";
  const one = await snapshotOf(t, folder, { command });
  const two = await snapshotOf(t, other, { command });
  assert.equal(one.digest, two.digest);
});

test("a failing build tells its last lines and leaves nothing behind", async (t) => {
  const folder = await writeFiles(await temporaryFolder(t), service);
  const temporary = await temporaryFolder(t);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = temporary;
  t.after(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  });
  assert.equal(tmpdir(), temporary);
  await assert.rejects(
    buildSnapshot({ folder, engine: "node", command: "seq 1 1000; echo 'no such module' >&2; exit 3" }),
    (error: unknown) => {
      assert.ok(error instanceof SnapshotError);
      assert.equal(error.code, "build-failed");
      assert.match(error.message, /exit code 3/);
      assert.ok(error.output.includes("no such module"));
      assert.equal(error.output.length, 40);
      return true;
    },
  );
  await assert.rejects(buildSnapshot({ folder, engine: "node", command: "no-such-tool" }), {
    code: "build-failed",
    message: /not found/,
  });
  await assert.rejects(buildSnapshot({ folder, engine: "node", command: "sleep 60", timeout: 50 }), {
    code: "build-failed",
    message: /longer/,
  });
  assert.deepEqual(readdirSync(temporary), []);
});

test("an aborted build stops with everything it started", async (t) => {
  const folder = await writeFiles(await temporaryFolder(t), service);
  const stop = new AbortController();
  let child = 0;
  const building = buildSnapshot({
    folder,
    engine: "node",
    command: "sleep 300 & echo $!; wait",
    signal: stop.signal,
    onOutput: (line) => {
      child = Number(line);
      stop.abort(new Error("enough"));
    },
  });
  await assert.rejects(building, { message: "enough" });
  assert.ok(child > 0);
  assert.equal(await ended(child), true);
});

/** True once a process is gone, or is only waiting for its parent to take note. */
async function ended(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      if (/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, "utf8"))) return true;
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

const refusedFiles: readonly { name: string; files: Record<string, Content>; path: string }[] = [
  { name: "an absolute link", files: { passwd: { link: "/etc/passwd" } }, path: "passwd" },
  { name: "a link out of the folder", files: { "a/up": { link: "../../secret" } }, path: "a/up" },
  {
    name: "a link out by way of another link",
    files: { "a/b/top": { link: "../.." }, out: { link: "a/b/top/../secret" } },
    path: "out",
  },
  { name: "a link round in a circle", files: { one: { link: "two" }, two: { link: "one" } }, path: "one" },
  { name: "a name with a line break", files: { "a\nb": "" }, path: "a\uFFFDb" },
];
for (const { name, files, path } of refusedFiles) {
  test(`${name} is refused by name, and nothing is sent`, async (t) => {
    const folder = await writeFiles(await temporaryFolder(t), files);
    await assert.rejects(buildSnapshot({ folder, engine: "static" }), { code: "file-refused", path });
  });
}

test("a socket is refused, unless git ignores it", async (t) => {
  const folder = await writeFiles(await temporaryFolder(t), { "index.js": "" });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
  t.after(() => server.close());
  await assert.rejects(buildSnapshot({ folder, engine: "static" }), {
    code: "file-refused",
    path: "socket",
    message: /is a socket/,
  });
  await writeFiles(folder, { ".gitignore": "socket\n" });
  await snapshotOf(t, folder);
});

test("limits on size, count and length of paths hold", async (t) => {
  const folder = await writeFiles(await temporaryFolder(t), service);
  const limits = { bytes: 1_000, files: 100, pathLength: 100 };
  await snapshotOf(t, folder, { limits });
  const tooLarge = { code: "snapshot-too-large" };
  await assert.rejects(buildSnapshot({ folder, engine: "static", limits: { ...limits, bytes: 20 } }), tooLarge);
  await assert.rejects(buildSnapshot({ folder, engine: "static", limits: { ...limits, files: 5 } }), tooLarge);
  await assert.rejects(buildSnapshot({ folder, engine: "static", limits: { ...limits, pathLength: 10 } }), {
    code: "file-refused",
  });
});

test("a folder that is not there is named", async () => {
  await assert.rejects(buildSnapshot({ folder: "/no/such/folder", engine: "static" }), {
    code: "folder-missing",
    message: /\/no\/such\/folder/,
  });
});
