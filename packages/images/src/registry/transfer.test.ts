import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../testing/folder.ts";
import { pieces } from "../testing/push-test-image.ts";
import { isError, jumpingTime, loginAt, optionsFor, withSession } from "../testing/scripted-client.ts";
import { type ScriptedRegistry, scriptedRegistry } from "../testing/scripted-registry.ts";
import { checkPush } from "./check-push.ts";
import { fetchBlob } from "./download-blob.ts";
import { digestOf } from "./manifests.ts";
import { hasBlob, sendBlob } from "./upload-blob.ts";

const mebibyte = 1024 * 1024;
const large = randomBytes(40 * mebibyte + 1);
const small = randomBytes(1000);
const blobOf = (bytes: Buffer) => ({ digest: digestOf(bytes), size: bytes.length, open: pieces(bytes) });

/** Sends a blob and gives the bytes that were sent for it. */
const send = (registry: ScriptedRegistry, bytes: Buffer, options = optionsFor()) =>
  withSession(registry.address, options, async (session) => {
    await sendBlob(session, blobOf(bytes), () => {});
    return session.sent();
  });
const methods = (registry: ScriptedRegistry) => registry.seen.map(({ method }) => method).join(" ");

test("a small blob travels in one piece, a large one in confirmed pieces", async (t) => {
  const registry = await scriptedRegistry(t);
  assert.equal(await send(registry, small), small.length);
  assert.equal(methods(registry), "POST PUT");
  assert.deepEqual(registry.blobs.get(digestOf(small)), small);
  registry.seen.length = 0;
  assert.equal(await send(registry, large), large.length);
  assert.equal(methods(registry), "POST PATCH PATCH PATCH PUT");
  assert.deepEqual(
    registry.seen.map(({ headers }) => headers["content-range"]).filter((range) => range !== undefined),
    [`0-${16 * mebibyte - 1}`, `${16 * mebibyte}-${32 * mebibyte - 1}`, `${32 * mebibyte}-${large.length - 1}`],
  );
  assert.ok(registry.blobs.get(digestOf(large))?.equals(large));
  assert.equal(await send(registry, Buffer.alloc(0)), 0);
});

test("the registry's wish for larger pieces is heard", async (t) => {
  const registry = await scriptedRegistry(t);
  registry.script = (_, response) => {
    response.setHeader("OCI-Chunk-Min-Length", String(30 * mebibyte));
    return false;
  };
  await send(registry, large);
  assert.equal(methods(registry), "POST PATCH PATCH PUT");
});

test("an upload whose connection breaks goes on where the registry says that it is", async (t) => {
  const registry = await scriptedRegistry(t);
  registry.cutAfter = 21 * mebibyte;
  const timing = jumpingTime();
  const sent = await send(registry, large, optionsFor({}, { timing }));
  assert.ok(registry.blobs.get(digestOf(large))?.equals(large));
  assert.equal(timing.waits.length, 1, methods(registry));
  assert.match(methods(registry), /^POST PATCH PATCH GET (PATCH )+PUT$/);
  assert.match(registry.seen[4]?.headers["content-range"] ?? "", /^2[12]\d{6}-/);
  assert.ok(sent < large.length + 16 * mebibyte, `${sent} bytes sent`);
});

test("an upload that went on at the wrong place begins anew", async (t) => {
  const registry = await scriptedRegistry(t);
  const first = ["PATCH", "GET", "PATCH"];
  registry.script = ({ method, headers }, response) => {
    // The registry takes what comes, wherever it belongs.
    delete headers["content-range"];
    if (method !== first[0]) return false;
    first.shift();
    if (first.length === 2) response.destroy();
    else if (first.length === 1)
      response.writeHead(204, { location: "/v2/team/user/blobs/uploads/upload-0", range: "0-99" }).end();
    return first.length > 0;
  };
  await send(registry, large);
  assert.ok(registry.blobs.get(digestOf(large))?.equals(large));
  assert.equal(registry.seen.filter(({ method }) => method === "PUT").length, 2);
});

test("a registry that forgot an upload gets the blob anew", async (t) => {
  const registry = await scriptedRegistry(t);
  let broken = false;
  registry.script = ({ method }, response, request) => {
    if (method === "PATCH" && !broken) {
      broken = true;
      request.destroy();
      return true;
    }
    if (method !== "GET") return false;
    response.writeHead(404).end();
    return true;
  };
  await send(registry, large);
  assert.ok(registry.blobs.get(digestOf(large))?.equals(large));
  assert.match(methods(registry), /^POST PATCH GET HEAD POST PATCH PATCH PATCH PUT$/);
});

test("a registry that fails for a while, and one that wants another order", async (t) => {
  const registry = await scriptedRegistry(t);
  const failures = [500, 429, 503];
  registry.script = ({ method }, response) => {
    const status = method === "PATCH" || method === "GET" ? failures.shift() : undefined;
    if (status === undefined) return false;
    response.writeHead(status, { "retry-after": "1" }).end();
    return true;
  };
  await send(registry, large);
  assert.ok(registry.blobs.get(digestOf(large))?.equals(large));

  const other = await scriptedRegistry(t);
  let refused = false;
  other.script = ({ method, headers }, response) => {
    if (method !== "PATCH" || refused || headers["content-range"]?.startsWith("0-") === true) return false;
    refused = true;
    response.writeHead(416).end();
    return true;
  };
  await send(other, large);
  assert.ok(other.blobs.get(digestOf(large))?.equals(large));
});

test("an answer that is lost does not cost a second upload", async (t) => {
  const registry = await scriptedRegistry(t);
  registry.script = ({ method }, response) => {
    if (method === "PUT") response.end = () => response.destroy();
    return false;
  };
  assert.equal(await send(registry, small), small.length);
  assert.equal(methods(registry), "POST PUT HEAD");
});

test("uploads fail with what the registry means", async (t) => {
  const cases: readonly (readonly [string, number, Record<string, string>, Parameters<typeof isError>[0]])[] = [
    ["POST", 404, {}, "not-found"],
    ["POST", 403, {}, "denied"],
    ["POST", 202, {}, "invalid-answer"],
    ["POST", 202, { location: "file:///etc/passwd" }, "invalid-answer"],
    ["PUT", 413, {}, "too-large"],
    ["PUT", 307, { location: "http://127.0.0.1:1/?_state=secret-of-upload" }, "invalid-answer"],
  ];
  for (const [wanted, status, headers, code] of cases) {
    const registry = await scriptedRegistry(t);
    registry.script = ({ method }, response) => {
      if (method !== wanted) return false;
      response.writeHead(status, headers).end();
      return true;
    };
    await assert.rejects(send(registry, small), isError(code, /team\/user/), `${wanted} ${status}`);
  }
  const registry = await scriptedRegistry(t);
  const lie = { ...blobOf(small), digest: digestOf(large) };
  await assert.rejects(
    withSession(registry.address, optionsFor(), (session) => sendBlob(session, lie, () => {})),
    isError("digest-mismatch", /DIGEST_INVALID/),
  );
});

test("a refusal in the middle of a large piece is heard", async (t) => {
  const registry = await scriptedRegistry(t);
  registry.script = ({ method }, response) => {
    if (method !== "PATCH") return false;
    response.writeHead(413, { connection: "close" }).end();
    return true;
  };
  await assert.rejects(send(registry, large), isError("too-large", /too large/));
});

test("an upload to another host goes without the password", async (t) => {
  const registry = await scriptedRegistry(t);
  const storage = await scriptedRegistry(t);
  registry.script = ({ method, authorization }, response) => {
    if (authorization === undefined) response.writeHead(401, { "www-authenticate": "Basic" }).end();
    else if (method === "POST") response.writeHead(202, { location: `http://${storage.address}/up?_state=1` }).end();
    else return false;
    return true;
  };
  storage.script = (_, response) => {
    response.writeHead(201).end();
    return true;
  };
  await send(registry, small, optionsFor({ dockerConfig: loginAt(registry.address) }));
  assert.deepEqual(
    storage.seen.map(({ path, authorization }) => [path.replace(/sha256.*/, "…"), authorization]),
    [["/up?_state=1&digest=…", undefined]],
  );
});

test("an error of our own file is not taken for one of the network", async (t) => {
  const registry = await scriptedRegistry(t);
  const unreadable = {
    ...blobOf(small),
    async *open() {
      yield small.subarray(0, 10);
      throw new Error("the disk is gone");
    },
  };
  await assert.rejects(
    withSession(registry.address, optionsFor(), (session) => sendBlob(session, unreadable, () => {})),
    { message: "the disk is gone" },
  );
});

test("a blob of another length than told is damaged", async (t) => {
  const registry = await scriptedRegistry(t);
  await send(registry, small);
  await assert.rejects(
    withSession(registry.address, optionsFor(), (session) => hasBlob(session, { ...blobOf(small), size: 999 })),
    isError("digest-mismatch", /1000 bytes there, not 999/),
  );
});

test("the right to push is proved without sending anything", async (t) => {
  const registry = await scriptedRegistry(t);
  await checkPush(`${registry.address}/team/user`, optionsFor());
  assert.equal(methods(registry), "POST DELETE");
  registry.script = (_, response) => {
    response.writeHead(403).end();
    return true;
  };
  await assert.rejects(checkPush(`${registry.address}/team/user`, optionsFor()), isError("denied", /right to push/));
});

async function downloading(registry: ScriptedRegistry, folder: string, blob = blobOf(large)): Promise<Buffer> {
  const path = join(folder, "blob");
  await withSession(registry.address, optionsFor(), (session) => fetchBlob(session, blob, path, () => {}));
  return readFile(path);
}

test("a download that breaks off goes on where it ended", async (t) => {
  const registry = await scriptedRegistry(t);
  await send(registry, large);
  let tries = 0;
  registry.script = ({ headers }, response) => {
    tries += 1;
    if (tries > 2) return false;
    const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
    assert.equal(from === 0, tries === 1);
    response.writeHead(tries === 1 ? 200 : 206, {
      "content-length": large.length - from,
      "content-range": `bytes ${from}-${large.length - 1}/${large.length}`,
    });
    response.write(large.subarray(from, from + 3 * mebibyte), () => response.destroy());
    return true;
  };
  assert.ok((await downloading(registry, await temporaryFolder(t))).equals(large));
  assert.ok(tries >= 3);
});

test("a registry that knows no ranges sends the blob anew", async (t) => {
  const registry = await scriptedRegistry(t);
  let tries = 0;
  registry.script = (_, response) => {
    tries += 1;
    response.writeHead(200, { "content-length": large.length });
    if (tries === 1) response.write(large.subarray(0, mebibyte), () => response.destroy());
    else response.end(large);
    return true;
  };
  assert.ok((await downloading(registry, await temporaryFolder(t))).equals(large));
});

const lies: readonly (readonly [string, Buffer, Parameters<typeof isError>[0], RegExp])[] = [
  ["longer", Buffer.concat([small, small]), "too-large", /longer than its 1000 bytes/],
  ["shorter", small.subarray(0, 999), "digest-mismatch", /only 999 of its 1000/],
  ["another", randomBytes(1000), "digest-mismatch", /not what its digest names/],
];
for (const [name, body, code, message] of lies)
  test(`a blob that is ${name} is refused`, async (t) => {
    const registry = await scriptedRegistry(t);
    registry.script = (_, response) => {
      response.writeHead(200).end(body);
      return true;
    };
    const folder = await temporaryFolder(t);
    await assert.rejects(downloading(registry, folder, blobOf(small)), isError(code, message));
    assert.ok((await readdir(folder)).length <= 1);
  });
