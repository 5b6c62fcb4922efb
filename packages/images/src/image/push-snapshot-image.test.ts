import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { buildSnapshot } from "../build-snapshot.ts";
import { digestOf } from "../registry/manifests.ts";
import type { RegistryProgress } from "../registry/operation.ts";
import type { RegistryError } from "../registry/registry-error.ts";
import { SnapshotError } from "../snapshot-error.ts";
import { temporaryFolder, writeFiles } from "../testing/folder.ts";
import { pushTestImage, pushTestIndex } from "../testing/push-test-image.ts";
import { isError, loginAt, optionsFor, withSession } from "../testing/scripted-client.ts";
import { type ScriptedRegistry, scriptedRegistry } from "../testing/scripted-registry.ts";
import { type Entry, tarOf } from "../testing/tar.ts";
import { type PushOptions, pushSnapshotImage } from "./push-snapshot-image.ts";
import { resolveImage } from "./resolve-image.ts";

const service: readonly Entry[] = [
  { name: "index.js", body: "console.log('hello')" },
  { name: "lib/deep/z.js", body: "z" },
  { name: "lib/run", body: "#!/bin/sh", mode: 0o755 },
  { name: "link", type: "symlink", linkname: "lib/run" },
];

async function snapshotOf(t: TestContext, entries: readonly Entry[] = service) {
  const bytes = await tarOf(entries);
  const path = join(await temporaryFolder(t), "snapshot.tar");
  await writeFile(path, bytes);
  return { path, digest: digestOf(bytes) };
}

/** A registry with the base `team/user:v1`. */
async function registryWithBase(t: TestContext) {
  const registry = await scriptedRegistry(t);
  const image = await withSession(registry.address, optionsFor(), (session) => pushTestImage(session, "v1"));
  registry.seen.length = 0;
  return Object.assign(registry, { base: `${registry.address}/team/user:v1`, image });
}

async function pushOf(t: TestContext, registry: ScriptedRegistry & { readonly base: string }): Promise<PushOptions> {
  return {
    ...optionsFor(),
    snapshot: await snapshotOf(t),
    base: registry.base,
    target: `${registry.address}/shop/user`,
    layerCache: join(await temporaryFolder(t), "cache"),
  };
}

test("two checkouts of a folder give the same image, pushed anywhere, by a cache or without", async (t) => {
  const digests = new Set<string>();
  for (const files of [
    { "index.js": "1", "lib/a.js": "a" },
    { "lib/a.js": "a", "index.js": "1" },
  ]) {
    const registry = await registryWithBase(t);
    const folder = await writeFiles(await temporaryFolder(t), files);
    const snapshot = await buildSnapshot({ folder, engine: "static" });
    t.after(() => snapshot.remove());
    const { layerCache: _, ...push } = await pushOf(t, registry);
    const env = digests.size === 0 ? { A: "1", B: "2" } : { B: "2", A: "1" };
    const pushed = await pushSnapshotImage({
      ...push,
      env,
      snapshot: { path: snapshot.tarPath, digest: snapshot.digest },
    });
    digests.add(pushed.digest);
  }
  assert.equal(digests.size, 1);
});

test("the digest is the same on every machine", async (t) => {
  const registry = await registryWithBase(t);
  const { layers } = await pushSnapshotImage(await pushOf(t, registry));
  // Another value after an update of Node means: every layer is sent once more, nothing else.
  assert.deepEqual(layers[1], {
    digest: "sha256:ef4555fb35efedde81c90129f8b4e41467afee3e0b86785b5366233ee20a39bf",
    bytes: 302,
    outcome: "sent",
  });
});

test("each setting changes the digest", async (t) => {
  const registry = await registryWithBase(t);
  const push = await pushOf(t, registry);
  const digests = new Set<string>();
  const changes: readonly Partial<PushOptions>[] = [
    {},
    { command: ["/app/run"] },
    { args: ["x"] },
    { user: "1000:1000" },
    { workingDir: "/srv/user" },
    { env: { A: "1" } },
    { labels: { a: "1" } },
    { annotations: { a: "1" } },
  ];
  for (const change of changes) digests.add((await pushSnapshotImage({ ...push, ...change })).digest);
  assert.equal(digests.size, changes.length);
});

test("an unchanged snapshot costs one HEAD, two when the base is named by a tag", async (t) => {
  const registry = await registryWithBase(t);
  const push = await pushOf(t, registry);
  const first = await pushSnapshotImage(push);
  registry.seen.length = 0;
  const begin = performance.now();
  const again = await pushSnapshotImage(push);
  assert.ok(performance.now() - begin < 1_000);
  assert.deepEqual({ ...again, layers: [], sent: 0 }, { ...first, layers: [], sent: 0 });
  assert.equal(again.sent, 0);
  assert.deepEqual(registry.calls(), [
    "HEAD /v2/team/user/manifests/v1",
    `HEAD /v2/shop/user/manifests/${first.digest}`,
  ]);
  registry.seen.length = 0;
  await pushSnapshotImage({ ...push, base: `${registry.address}/team/user@${first.baseDigest}` });
  assert.deepEqual(registry.calls(), [`HEAD /v2/shop/user/manifests/${first.digest}`]);
});

test("a change of the start alone sends two small documents; a record that is wrong costs a compression", async (t) => {
  const registry = await registryWithBase(t);
  const push = await pushOf(t, registry);
  const first = await pushSnapshotImage(push);
  const changed = await pushSnapshotImage({ ...push, command: ["/app/lib/run"] });
  assert.deepEqual(
    changed.layers.map(({ outcome }) => outcome),
    ["exists", "exists"],
  );
  assert.ok(changed.sent > 0 && changed.sent < 3_000);
  const layers = join(push.layerCache ?? "", "layers");
  for (const name of await readdir(layers)) {
    const wrong = { digest: digestOf(Buffer.from("x")), bytes: 1, diffId: digestOf(Buffer.from("y")) };
    for (const content of [JSON.stringify(wrong), "no JSON", '{"digest":"../x"}']) {
      await writeFile(join(layers, name), content);
      assert.equal((await pushSnapshotImage(push)).digest, first.digest);
    }
  }
  for (const name of await readdir(join(push.layerCache ?? "", "documents")))
    await writeFile(join(push.layerCache ?? "", "documents", name), "{}");
  assert.equal((await pushSnapshotImage(push)).digest, first.digest);
});

test("a base of another registry is copied, each registry with its own credentials", async (t) => {
  const from = await registryWithBase(t);
  const to = await scriptedRegistry(t);
  const guarded = (registry: ScriptedRegistry, name: string) => {
    registry.script = ({ authorization }, response) => {
      if (authorization === `Basic ${Buffer.from(`me:${name}`).toString("base64")}`) return false;
      assert.equal(authorization, undefined);
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
      return true;
    };
  };
  guarded(from, "of-base");
  guarded(to, "of-target");
  const progress: RegistryProgress[] = [];
  const push: PushOptions = {
    ...(await pushOf(t, from)),
    target: `${to.address}/shop/user`,
    access: (registry) => ({ dockerConfig: loginAt(registry, registry === from.address ? "of-base" : "of-target") }),
    onProgress: (one) => progress.push(one),
  };
  const pushed = await pushSnapshotImage(push);
  assert.deepEqual(
    pushed.layers.map(({ outcome }) => outcome),
    ["sent", "sent"],
  );
  assert.ok(to.blobs.has(from.image.layer.digest));
  assert.ok(pushed.sent > pushed.bytes);
  assert.deepEqual(await readdir(join(push.layerCache ?? "", "incoming")), []);
  const ofBase = progress.filter((one) => one.kind === "layer" && one.digest === from.image.layer.digest);
  assert.deepEqual(
    [...new Set(ofBase.map((one) => (one.kind === "layer" ? one.state : "")))],
    ["fetching", "sending", "sent"],
  );
  assert.ok(progress.some(({ kind }) => kind === "compressing"));
});

for (const status of [202, 401, 403, 404])
  test(`a base that cannot be mounted (${status}) is copied within the registry`, async (t) => {
    const registry = await registryWithBase(t);
    registry.script = ({ path }, response) => {
      if (!path.includes("mount=")) return false;
      response.writeHead(status, { "www-authenticate": "Basic", location: "/v2/unused" }).end();
      return true;
    };
    const push = { ...(await pushOf(t, registry)), access: (name: string) => ({ dockerConfig: loginAt(name) }) };
    const pushed = await pushSnapshotImage(push);
    assert.deepEqual(
      pushed.layers.map(({ outcome }) => outcome),
      ["sent", "sent"],
    );
  });

test("a damaged base is not passed on, and nothing is left behind", async (t) => {
  const from = await registryWithBase(t);
  const to = await scriptedRegistry(t);
  const bytes = Buffer.from(from.blobs.get(from.image.layer.digest) ?? "");
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  from.blobs.set(from.image.layer.digest, bytes);
  const push = { ...(await pushOf(t, from)), target: `${to.address}/shop/user` };
  await assert.rejects(
    pushSnapshotImage(push),
    isError("digest-mismatch", new RegExp(`^${from.address}/team/user: .* not what its digest names`)),
  );
  assert.equal(to.manifests.size, 0);
  assert.ok(!to.blobs.has(from.image.layer.digest) && !to.blobs.has(digestOf(bytes)));
  assert.deepEqual(readdirSync(join(push.layerCache ?? "", "incoming")), []);
});

test("the manifest comes last, under its digest and a tag that never moves", async (t) => {
  const registry = await registryWithBase(t);
  const { digest } = await pushSnapshotImage(await pushOf(t, registry));
  const puts = registry.calls().filter((call) => call.startsWith("PUT"));
  assert.equal(puts.at(-1), `PUT /v2/shop/user/manifests/fairway-${digest.slice(7, 39)}`);
  assert.ok(registry.manifests.has(`shop/user@${digest}`));
});

test("base images of Docker's second schema become OCI; an index is taken by its platform", async (t) => {
  const registry = await registryWithBase(t);
  const documents = await withSession(registry.address, optionsFor(), async (session) => {
    const arm = await pushTestImage(session, "arm", "linux/arm64");
    return pushTestIndex(session, "all", [registry.image, arm]);
  });
  const push = await pushOf(t, registry);
  const pushed = await pushSnapshotImage({
    ...push,
    base: registry.base.replace(":v1", ":all"),
    platform: "linux/arm64",
  });
  assert.equal(pushed.baseDigest, documents.digest);
  const manifest = JSON.parse(registry.manifests.get(`shop/user@${pushed.digest}`)?.bytes.toString() ?? "");
  const config = JSON.parse(registry.blobs.get(manifest.config.digest)?.toString() ?? "");
  assert.equal(config.architecture, "arm64");

  const docker = "application/vnd.docker.distribution.manifest.v2+json";
  const base = JSON.parse(registry.manifests.get("team/user@v1")?.bytes.toString() ?? "");
  base.mediaType = docker;
  base.config.mediaType = "application/vnd.docker.container.image.v1+json";
  base.layers[0].mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  registry.manifests.set("team/user@v2", { type: docker, bytes: Buffer.from(JSON.stringify(base)) });
  const again = await pushSnapshotImage({ ...push, base: registry.base.replace(":v1", ":v2") });
  const oci = JSON.parse(registry.manifests.get(`shop/user@${again.digest}`)?.bytes.toString() ?? "");
  assert.deepEqual(
    new Set(oci.layers.map(({ mediaType }: { mediaType: string }) => mediaType)),
    new Set(["application/vnd.oci.image.layer.v1.tar+gzip"]),
  );
});

test("what a process left when it ended is swept, what another is writing stays", async (t) => {
  const registry = await registryWithBase(t);
  const push = await pushOf(t, registry);
  const incoming = join(push.layerCache ?? "", "incoming");
  await writeFiles(incoming, { old: "left", new: "being written" });
  const before = Date.now() / 1000 - 2 * 86_400;
  await utimes(join(incoming, "old"), before, before);
  await pushSnapshotImage(push);
  assert.deepEqual(await readdir(incoming), ["new"]);
});

const type = "application/vnd.oci.image.manifest.v1+json";
const badBases: readonly (readonly [
  string,
  (base: Record<string, unknown>) => unknown,
  string,
  RegistryError["code"],
  RegExp,
])[] = [
  ["no JSON", () => "<html>", type, "invalid-answer", /no JSON/],
  ["a list", () => [], type, "invalid-answer", /no JSON object/],
  [
    "Docker's first schema",
    () => ({ schemaVersion: 1 }),
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "unsupported",
    /first schema/,
  ],
  ["manifest and index at once", (base) => ({ ...base, manifests: [] }), type, "invalid-answer", /at once/],
  [
    "something else than the registry says",
    (base) => base,
    "application/vnd.oci.image.index.v1+json",
    "invalid-answer",
    /at once|the registry says/,
  ],
  [
    "an artifact",
    (base) => ({ ...base, config: { mediaType: "application/vnd.helm", digest: `sha256:${"a".repeat(64)}`, size: 1 } }),
    type,
    "unsupported",
    /no image/,
  ],
  ["a manifest without layers", (base) => ({ ...base, layers: undefined }), type, "unsupported", /no image/],
  [
    "a layer without a size",
    (base) => ({ ...base, layers: [{ mediaType: "x", digest: `sha256:${"a".repeat(64)}` }] }),
    type,
    "invalid-answer",
    /descriptor/,
  ],
  [
    "a layer with a size below zero",
    (base) => ({ ...base, layers: [{ mediaType: "x", digest: `sha256:${"a".repeat(64)}`, size: -1 }] }),
    type,
    "invalid-answer",
    /number of bytes/,
  ],
  [
    "a digest that is a path",
    (base) => ({ ...base, layers: [{ mediaType: "x", digest: "../../x", size: 1 }] }),
    type,
    "unsupported",
    /not sha256/,
  ],
  [
    "a layer that may not be copied",
    (base) => ({
      ...base,
      layers: [
        {
          mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
          digest: `sha256:${"a".repeat(64)}`,
          size: 1,
        },
      ],
    }),
    type,
    "unsupported",
    /foreign/,
  ],
  [
    "more layers than its configuration knows",
    (base) => ({ ...base, layers: [...list(base["layers"]), ...list(base["layers"])] }),
    type,
    "invalid-answer",
    /2 layers, and a configuration for 1/,
  ],
  [
    "of a type that only JavaScript knows",
    (base) => ({ ...base, layers: [{ mediaType: "constructor", digest: `sha256:${"a".repeat(64)}`, size: 1 }] }),
    type,
    "unsupported",
    /layer of type constructor/,
  ],
  [
    "larger than a disk",
    (base) => ({ ...base, layers: [{ mediaType: "x", digest: `sha256:${"a".repeat(64)}`, size: 2 ** 50 }] }),
    type,
    "too-large",
    /more than 17179869184/,
  ],
  [
    "a thousand layers",
    (base) => ({ ...base, layers: Array.from({ length: 1000 }, () => list(base["layers"])[0]) }),
    type,
    "unsupported",
    /1000 layers, more than 127/,
  ],
  [
    "a configuration of 100 MB",
    (base) => ({
      ...base,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: `sha256:${"a".repeat(64)}`, size: 1e8 },
    }),
    type,
    "too-large",
    /100000000 bytes/,
  ],
];
for (const [name, change, contentType, code, message] of badBases)
  test(`a base that is ${name} is refused: ${code}`, async (t) => {
    const registry = await registryWithBase(t);
    const base = JSON.parse(registry.manifests.get("team/user@v1")?.bytes.toString() ?? "");
    const changed = change(base);
    const bytes = Buffer.from(typeof changed === "string" ? changed : JSON.stringify(changed));
    registry.manifests.set("team/user@v1", { type: contentType, bytes });
    await assert.rejects(pushSnapshotImage(await pushOf(t, registry)), isError(code, message));
    assert.ok(registry.calls().every((call) => !call.startsWith("PUT")));
  });

test("an image for another platform is refused by name", async (t) => {
  const registry = await registryWithBase(t);
  await assert.rejects(
    resolveImage(registry.base, { ...optionsFor(), platform: "linux/arm64" }),
    isError("unsupported", /nothing for linux\/arm64; it is for linux\/amd64/),
  );
});

const badOptions: readonly (readonly [string, Partial<PushOptions>, RegistryError["code"]])[] = [
  ["a target with a tag", { target: "127.0.0.1:1/x:v1" }, "invalid-reference"],
  ["a base that is no name", { base: "UPPER" }, "invalid-reference"],
  ["root as user", { user: "0" }, "unsupported"],
  ["a user by name", { user: "node" }, "unsupported"],
  ["a relative folder", { workingDir: "app" }, "unsupported"],
  ["the root as folder", { workingDir: "/" }, "unsupported"],
  ["a folder that goes up", { workingDir: "/app/../etc" }, "unsupported"],
];
for (const [name, change, code] of badOptions)
  test(`${name} is refused before anything is asked`, async (t) => {
    const registry = await registryWithBase(t);
    await assert.rejects(pushSnapshotImage({ ...(await pushOf(t, registry)), ...change }), isError(code, /./));
    assert.deepEqual(registry.calls(), []);
  });

const badSnapshots: readonly (readonly [string, readonly Entry[], SnapshotError["code"]])[] = [
  ["with a file that would delete one of the base", [{ name: "lib/.wh.etc", body: "" }], "archive-refused"],
  ["with a folder that would hide the base", [{ name: ".wh..wh..opq/x", body: "" }], "archive-refused"],
  ["that reaches out of its folder", [{ name: "../etc/passwd", body: "" }], "archive-refused"],
  ["with a device", [{ name: "null", type: "character-device" }], "archive-refused"],
];
for (const [name, entries, code] of badSnapshots)
  test(`a snapshot ${name} is refused`, async (t) => {
    const registry = await registryWithBase(t);
    const push = { ...(await pushOf(t, registry)), snapshot: await snapshotOf(t, entries) };
    await assert.rejects(
      pushSnapshotImage(push),
      (error: unknown) => error instanceof SnapshotError && error.code === code,
    );
    assert.deepEqual(readdirSync(join(push.layerCache ?? "", "incoming")), []);
  });

test("a snapshot that is another, or not there", async (t) => {
  const registry = await registryWithBase(t);
  const push = await pushOf(t, registry);
  const other = { ...push.snapshot, digest: digestOf(Buffer.from("other")) };
  await assert.rejects(pushSnapshotImage({ ...push, snapshot: other }), { code: "digest-mismatch" });
  const gone = { ...push.snapshot, path: `${push.snapshot.path}.gone` };
  await assert.rejects(pushSnapshotImage({ ...push, snapshot: gone }), { code: "ENOENT" });
  assert.deepEqual(readdirSync(join(push.layerCache ?? "", "incoming")), []);
});

test("a push can be given up in the middle", async (t) => {
  const registry = await registryWithBase(t);
  const stop = new AbortController();
  registry.script = ({ method }) => {
    if (method === "PUT") stop.abort(new Error("enough"));
    return method === "PUT";
  };
  const push = { ...(await pushOf(t, registry)), signal: stop.signal };
  await assert.rejects(pushSnapshotImage(push), { message: "enough" });
  assert.deepEqual(readdirSync(join(push.layerCache ?? "", "incoming")), []);
  const stopped = new AbortController();
  const compressing = {
    ...(await pushOf(t, registry)),
    signal: stopped.signal,
    onProgress: () => stopped.abort(new Error("now")),
  };
  await assert.rejects(pushSnapshotImage(compressing), { message: "now" });
});

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
