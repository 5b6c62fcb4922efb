import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { isError, jumpingTime, loginAt, optionsFor, withSession } from "../testing/scripted-client.ts";
import { scriptedRegistry } from "../testing/scripted-registry.ts";
import { selfSigned } from "../testing/self-signed.ts";
import { digestOf, hasManifest, readManifest } from "./manifests.ts";

const document = Buffer.from('{"schemaVersion":2}');
const type = "application/vnd.oci.image.manifest.v1+json";

async function registryWithManifest(t: TestContext, tls?: { readonly certificate: string; readonly key: string }) {
  const registry = await scriptedRegistry(t, tls);
  registry.manifests.set("team/user@v1", { type, bytes: document });
  return registry;
}

const read = (address: string, options = optionsFor()) =>
  withSession(address, options, (session) => readManifest(session, "v1"));
const reply = (response: ServerResponse, status: number, headers: Record<string, string> = {}, body = "") => {
  response.writeHead(status, headers).end(body);
  return true;
};

test("a password goes to a registry that asks for one, and not before", async (t) => {
  const registry = await registryWithManifest(t);
  registry.script = ({ authorization }, response) =>
    authorization === undefined && reply(response, 401, { "www-authenticate": 'Basic realm="x"' });
  const { digest } = await read(registry.address, optionsFor({ dockerConfig: loginAt(registry.address) }));
  assert.equal(digest, digestOf(document));
  const [first, second] = registry.seen.map(({ authorization }) => authorization);
  assert.equal(first, undefined);
  assert.equal(second, `Basic ${Buffer.from("me:hunter2-secret").toString("base64")}`);
});

test("credentials that are not taken are asked for once more, then told by kind", async (t) => {
  const registry = await registryWithManifest(t);
  registry.script = (_, response) => reply(response, 401, { "www-authenticate": 'Basic realm="x"' });
  const options = optionsFor({ dockerConfig: loginAt(registry.address) });
  await assert.rejects(
    read(registry.address, options),
    isError("unauthorized", /does not take .*used: a user and password/),
  );
  assert.equal(registry.seen.length, 2);
  await assert.rejects(read(registry.address), isError("unauthorized", /used: no credentials/));
});

test("a helper of Docker is named, not run", async (t) => {
  const registry = await registryWithManifest(t);
  registry.script = (_, response) => reply(response, 401, { "www-authenticate": 'Basic realm="x"' });
  const dockerConfig = JSON.stringify({ auths: { [registry.address]: {} }, credsStore: "desktop" });
  await assert.rejects(read(registry.address, optionsFor({ dockerConfig })), (error: unknown) => {
    isError("unauthorized", /no credentials/)(error);
    assert.match(
      error instanceof Error && "hint" in error ? String(error.hint) : "",
      /docker-credential-desktop, which is not run/,
    );
    return true;
  });
});

test("a token is asked for at the realm, with scopes and service, and is used until it ends", async (t) => {
  const registry = await registryWithManifest(t);
  const realm = await scriptedRegistry(t);
  realm.script = ({ path }, response) => {
    const url = new URL(path, "http://x");
    assert.deepEqual(url.searchParams.getAll("scope"), ["repository:team/user:pull,push"]);
    assert.equal(url.searchParams.get("service"), "the registry");
    return reply(response, 200, {}, JSON.stringify({ token: `secret-of-token-${realm.seen.length}`, expires_in: 300 }));
  };
  const header = `Bearer realm="http://${realm.address}/token",service="the registry",scope="repository:team/user:pull"`;
  registry.script = ({ authorization }, response) =>
    authorization === undefined && reply(response, 401, { "www-authenticate": header });
  const timing = jumpingTime();
  const options = optionsFor({ dockerConfig: loginAt(registry.address) }, { timing });
  await withSession(registry.address, options, async (session, { signal }) => {
    await readManifest(session, "v1");
    await readManifest(session, "v1");
    assert.equal(realm.seen.length, 1);
    await timing.wait(299_000, signal);
    await readManifest(session, "v1");
    assert.equal(realm.seen.length, 2);
  });
  assert.match(realm.seen[0]?.authorization ?? "", /^Basic /);
  assert.ok(registry.seen.every(({ authorization }) => authorization?.startsWith("Basic") !== true));
  assert.equal(registry.seen.at(-1)?.authorization, "Bearer secret-of-token-2");
});

test("an identity token is exchanged by a form", async (t) => {
  const registry = await registryWithManifest(t);
  const realm = await scriptedRegistry(t);
  const forms: string[] = [];
  realm.script = async ({ method }, response, request) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    forms.push(`${method} ${text}`);
    return reply(response, 200, {}, JSON.stringify({ access_token: "secret-of-token" }));
  };
  registry.script = ({ authorization }, response) =>
    authorization === undefined &&
    reply(response, 401, { "www-authenticate": `Bearer realm="http://${realm.address}/token",service="s"` });
  const dockerConfig = JSON.stringify({ auths: { [registry.address]: { identitytoken: "hunter2&x" } } });
  await read(registry.address, optionsFor({ dockerConfig }));
  assert.deepEqual(forms, [
    "POST grant_type=refresh_token&service=s&client_id=fairway&scope=repository%3Ateam%2Fuser%3Apull%2Cpush&refresh_token=hunter2%26x",
  ]);
  assert.equal(realm.seen[0]?.authorization, undefined);
});

const badRealms: Readonly<Record<string, string>> = {
  "in the clear at a strange host": "http://token.example/token",
  "with a user in it": "https://me:hunter2@127.0.0.1/token",
  "of another scheme": "file:///etc/passwd",
  "that is no address": "nonsense",
};
for (const [name, realm] of Object.entries(badRealms))
  test(`a realm ${name} gets nothing`, async (t) => {
    const registry = await registryWithManifest(t);
    registry.script = (_, response) => reply(response, 401, { "www-authenticate": `Bearer realm="${realm}"` });
    const options = optionsFor({ dockerConfig: loginAt(registry.address) });
    await assert.rejects(read(registry.address, options), isError("unauthorized", /token/));
    assert.equal(registry.seen.length, 1);
  });

test("a registry with TLS cannot have its token server in the clear, on this machine neither", async (t) => {
  const tls = await selfSigned();
  const registry = await registryWithManifest(t, tls);
  const realm = await scriptedRegistry(t);
  registry.script = (_, response) =>
    reply(response, 401, { "www-authenticate": `Bearer realm="http://${realm.address}/token"` });
  const access = { certificateAuthority: tls.certificate, dockerConfig: loginAt(registry.address) };
  await assert.rejects(read(registry.address, optionsFor(access)), isError("unauthorized", /not safe/));
  assert.deepEqual(realm.seen, []);
});

const badTokens: readonly (readonly [string, number, string, Parameters<typeof isError>[0]])[] = [
  ["no JSON", 200, "secret-of-token", "invalid-answer"],
  ["a list", 200, "[]", "invalid-answer"],
  ["no token", 200, "{}", "invalid-answer"],
  ["two lines", 200, JSON.stringify({ token: "a\r\nhost: evil" }), "invalid-answer"],
  ["more than a token", 200, JSON.stringify({ token: "x".repeat(2_000_000) }), "invalid-answer"],
  ["a refusal", 401, "", "unauthorized"],
  ["another refusal", 403, "", "denied"],
  ["a way elsewhere", 302, "", "invalid-answer"],
  ["a failure", 500, "", "unavailable"],
];
for (const [name, status, body, code] of badTokens)
  test(`a token server that answers with ${name}: ${code}`, async (t) => {
    const registry = await registryWithManifest(t);
    const realm = await scriptedRegistry(t);
    realm.script = (_, response) => reply(response, status, { location: `http://${registry.address}/stolen` }, body);
    registry.script = (_, response) =>
      reply(response, 401, { "www-authenticate": `Bearer realm="http://${realm.address}/t"` });
    const options = optionsFor({ dockerConfig: loginAt(registry.address) });
    await assert.rejects(read(registry.address, options), isError(code, /token|registry|allow/));
    assert.ok(registry.seen.every(({ path }) => path !== "/stolen"));
  });

test("a token without the right is told as denied", async (t) => {
  const registry = await registryWithManifest(t);
  const realm = await scriptedRegistry(t);
  realm.script = (_, response) => reply(response, 200, {}, JSON.stringify({ token: "secret-of-token" }));
  const header = `Bearer realm="http://${realm.address}/t",error="insufficient_scope"`;
  registry.script = (_, response) => reply(response, 401, { "www-authenticate": header });
  const options = optionsFor({ dockerConfig: loginAt(registry.address) });
  await assert.rejects(read(registry.address, options), isError("denied", /does not allow/));
});

test("an answer of the registry is repeated without secrets, addresses and control characters", async (t) => {
  const registry = await registryWithManifest(t);
  const message = `\u001b[31mno ${Buffer.from("me:hunter2-secret").toString("base64")} hunter2-secret http://x/?_state=1 ${"x".repeat(500)}`;
  registry.script = ({ authorization }, response) =>
    authorization === undefined
      ? reply(response, 401, { "www-authenticate": "Basic" })
      : reply(response, 403, {}, JSON.stringify({ errors: [{ code: "DENIED", message }] }));
  const options = optionsFor({ dockerConfig: loginAt(registry.address) });
  await assert.rejects(read(registry.address, options), (error: unknown) => {
    isError("denied", /\(403: DENIED: /)(error);
    assert.ok(error instanceof Error && error.message.length < 400 && /^[\x20-\x7e\u2026]+$/.test(error.message));
    return true;
  });
});

test("a redirect is followed, and the password does not go along to another host", async (t) => {
  const registry = await registryWithManifest(t);
  const storage = await registryWithManifest(t);
  registry.script = ({ authorization }, response) =>
    authorization === undefined
      ? reply(response, 401, { "www-authenticate": "Basic" })
      : reply(response, 307, { location: `http://${storage.address}/v2/team/user/manifests/v1` });
  await read(registry.address, optionsFor({ dockerConfig: loginAt(registry.address) }));
  assert.deepEqual(
    storage.seen.map(({ authorization }) => authorization),
    [undefined],
  );
});

test("another host that asks for a password gets none", async (t) => {
  const registry = await registryWithManifest(t);
  const storage = await registryWithManifest(t);
  registry.script = (_, response) => reply(response, 307, { location: `http://${storage.address}/x` });
  storage.script = (_, response) => reply(response, 401, { "www-authenticate": "Basic" });
  const dockerConfig = JSON.stringify({
    auths: {
      [registry.address]: { username: "me", password: "hunter2" },
      [storage.address]: { username: "me", password: "hunter2" },
    },
  });
  await assert.rejects(read(registry.address, optionsFor({ dockerConfig })), isError("unauthorized", /401/));
  assert.deepEqual([storage.seen.length, storage.seen[0]?.authorization], [1, undefined]);
});

const badRedirects: Readonly<Record<string, string | undefined>> = {
  "in a circle": "/v2/team/user/manifests/v1",
  nowhere: undefined,
  "to a file": "file:///etc/passwd",
  "with a password in it": "http://me:hunter2@127.0.0.1/",
};
for (const [name, location] of Object.entries(badRedirects))
  test(`a redirect ${name} ends`, async (t) => {
    const registry = await registryWithManifest(t);
    registry.script = (_, response) => reply(response, 302, location === undefined ? {} : { location });
    await assert.rejects(read(registry.address), isError("invalid-answer", /elsewhere/));
    assert.ok(registry.seen.length <= 6);
  });

test("from TLS no redirect leads into the clear", async (t) => {
  const tls = await selfSigned();
  const registry = await registryWithManifest(t, tls);
  const storage = await registryWithManifest(t);
  registry.script = (_, response) =>
    reply(response, 307, { location: `http://${storage.address}/v2/team/user/manifests/v1` });
  await assert.rejects(
    read(registry.address, optionsFor({ certificateAuthority: tls.certificate })),
    isError("invalid-answer", /elsewhere/),
  );
  assert.deepEqual(storage.seen, []);
});

test("a self-signed certificate is trusted when it is given, and only then", async (t) => {
  const tls = await selfSigned();
  const other = await selfSigned();
  const registry = await registryWithManifest(t, tls);
  await read(registry.address, optionsFor({ certificateAuthority: `of our registry\n${tls.certificate}` }));
  for (const access of [{ plainHttp: false }, { certificateAuthority: other.certificate }])
    await assert.rejects(read(registry.address, optionsFor(access)), (error: unknown) => {
      isError("tls", /signed by nobody we trust|no secure connection/)(error);
      return true;
    });
  assert.equal(registry.seen.length, 1);
  const broken = ["no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"];
  for (const certificateAuthority of broken)
    await assert.rejects(
      read(registry.address, optionsFor({ certificateAuthority })),
      isError("tls", /cannot be read/),
    );
});

test("TLS where there is none, and none where there is", async (t) => {
  const plain = await registryWithManifest(t);
  await assert.rejects(read(plain.address, optionsFor({ plainHttp: false })), isError("tls", /no secure connection/));
  const secure = await registryWithManifest(t, await selfSigned());
  await assert.rejects(read(secure.address), (error: unknown) => error instanceof Error && "code" in error);
});

test("the registry is waited for as long as it asks, and tried again", async (t) => {
  const registry = await registryWithManifest(t);
  const answers: (readonly [number, Record<string, string>])[] = [
    [429, { "retry-after": "7" }],
    [503, { "retry-after": "Thu, 01 Jan 2026 00:00:40 GMT" }],
    [500, {}],
    [502, {}],
  ];
  registry.script = (_, response) => {
    const next = answers.shift();
    return next !== undefined && reply(response, ...next);
  };
  const timing = jumpingTime();
  const waiting: string[] = [];
  const onProgress = (progress: object) => waiting.push(JSON.stringify(progress));
  await read(registry.address, optionsFor({}, { timing, onProgress }));
  assert.deepEqual(timing.waits, [7_000, 33_000, 1_600, 3_200]);
  assert.match(waiting[0] ?? "", /"waiting".*7000.*no more requests/);
});

const finalFailures: readonly (readonly [number, Record<string, string>, Parameters<typeof isError>[0], number])[] = [
  [429, {}, "rate-limited", 6],
  [429, { "retry-after": "3600" }, "rate-limited", 1],
  [500, {}, "unavailable", 6],
  [501, {}, "unavailable", 1],
  [403, {}, "denied", 1],
  [404, {}, "not-found", 1],
  [400, {}, "invalid-answer", 1],
  [204, {}, "invalid-answer", 1],
  [413, {}, "too-large", 1],
];
for (const [status, headers, code, tries] of finalFailures)
  test(`${status} ${JSON.stringify(headers)} is ${code} after ${tries} tries`, async (t) => {
    const registry = await registryWithManifest(t);
    registry.script = (_, response) => reply(response, status, headers);
    await assert.rejects(
      read(registry.address),
      isError(code, new RegExp(`^${registry.address}/team/user: reading .*${status}`)),
    );
    assert.equal(registry.seen.length, tries);
  });

test("a connection that breaks is tried again", async (t) => {
  const registry = await registryWithManifest(t);
  let broken = 0;
  registry.script = (_, response) => {
    broken += 1;
    if (broken === 1) response.destroy();
    if (broken === 2) {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      response.destroy();
    }
    return broken <= 2;
  };
  assert.equal((await read(registry.address)).digest, digestOf(document));
  registry.script = (_, response) => response.destroy().destroyed;
  await assert.rejects(read(registry.address), isError("interrupted", /broke off/));
});

test("a registry that is not there, and a name that nobody has", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address !== null && typeof address === "object");
  const timing = jumpingTime();
  await assert.rejects(
    read(`127.0.0.1:${address.port}`, optionsFor({}, { timing })),
    isError("unavailable", /ECONNREFUSED/),
  );
  assert.equal(timing.waits.length, 5);
  await assert.rejects(
    read("registry.invalid"),
    isError("unavailable", /registry\.invalid\/team\/user: .*no such host|EAI_AGAIN/),
  );
});

test("a registry that says nothing is given up", async (t) => {
  const registry = await registryWithManifest(t);
  registry.script = () => true;
  await assert.rejects(
    read(registry.address, optionsFor({}, { stall: 30 })),
    isError("interrupted", /nothing moved on the connection/),
  );
});

test("everything together has a deadline, and can be given up", async (t) => {
  const registry = await registryWithManifest(t);
  registry.script = () => true;
  await assert.rejects(read(registry.address, optionsFor({}, { deadline: 50 })), isError("interrupted", /longer than/));
  const stop = new AbortController();
  registry.script = () => {
    stop.abort(new Error("enough"));
    return true;
  };
  await assert.rejects(read(registry.address, optionsFor({}, { signal: stop.signal })), { message: "enough" });
  await assert.rejects(read(registry.address, optionsFor({}, { signal: stop.signal })), { message: "enough" });
});

const lies: readonly (readonly [string, string, Record<string, string>, Parameters<typeof isError>[0]])[] = [
  ["of five MiB", "x".repeat(5 * 1024 * 1024), {}, "too-large"],
  [
    "with another digest in the header",
    document.toString(),
    { "docker-content-digest": `sha256:${"0".repeat(64)}` },
    "digest-mismatch",
  ],
];
for (const [name, body, headers, code] of lies)
  test(`a manifest ${name} is refused`, async (t) => {
    const registry = await registryWithManifest(t);
    registry.script = (_, response) => reply(response, 200, headers, body);
    await assert.rejects(read(registry.address), isError(code, /manifest/));
  });

test("a manifest that is not what its digest names is refused, whatever the header says", async (t) => {
  const registry = await registryWithManifest(t);
  const wanted = digestOf(Buffer.from("another"));
  for (const told of [wanted, digestOf(document), "none"]) {
    registry.script = (_, response) => reply(response, 200, { "docker-content-digest": told }, document.toString());
    await assert.rejects(
      withSession(registry.address, optionsFor(), (session) => readManifest(session, wanted)),
      isError("digest-mismatch", /has digest sha256:/),
    );
  }
  registry.script = (_, response) => reply(response, 200, { "docker-content-digest": digestOf(document) });
  await assert.rejects(
    withSession(registry.address, optionsFor(), (session) => hasManifest(session, wanted)),
    isError("digest-mismatch", /tells of/),
  );
});

test("what a hostile registry says of an error costs no time, however long it is", async (t) => {
  const registry = await registryWithManifest(t);
  const message = "a".repeat(1024 * 1024);
  registry.script = (_, response) =>
    reply(response, 403, {}, JSON.stringify({ errors: [{ code: "DENIED", message }] }));
  const begun = performance.now();
  await assert.rejects(read(registry.address), isError("denied", /^.{1,400}$/));
  // By the square of the length it would take an hour.
  assert.ok(performance.now() - begun < 20_000);
});

test("a registry that changes the protocol has broken off", { timeout: 30_000 }, async (t) => {
  const registry = await registryWithManifest(t);
  registry.script = (_, response) => reply(response, 101, { connection: "upgrade", upgrade: "h2c" });
  await assert.rejects(read(registry.address), isError("interrupted", /broke off/));
});
