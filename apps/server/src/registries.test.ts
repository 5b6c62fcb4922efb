import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ApiProblem, type ImageEvent } from "@fairway/api";
import { isDeployment, isSecret, isServiceAccount } from "@fairway/objects";
import { appToml, ended, eventually, upload } from "./testing/deploying.ts";
import { type FakeImages, fakeImages } from "./testing/fake-images.ts";
import { registerGamma, startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
let images: FakeImages;
before(async () => {
  images = fakeImages();
  server = await startTestServer({ images });
  await registerGamma(server);
});
after(() => server.stop());

const environment = "staging";
const prefix = "registry.example.com/team";
const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
const docker = (hosts: Readonly<Record<string, unknown>>, more = {}) => JSON.stringify({ auths: hosts, ...more });
const push = docker({ "registry.example.com": auth("pusher:s3cret-push"), "other.example.com": auth("me:private") });
const pull = docker({ "https://registry.example.com/v1/": auth("puller:s3cret-pull") });

const put = (body: Partial<Parameters<TestServer["client"]["putRegistry"]>[0]["body"]> = {}, registry = "main") =>
  server.client.putRegistry({ params: { registry }, body: { environment, prefix, dockerConfig: push, ...body } });

async function problem(call: Promise<unknown>): Promise<ApiProblem> {
  const error = await call.catch((caught: unknown) => caught);
  assert.ok(error instanceof ApiProblem, String(error));
  return error;
}

async function pushImage(appTomlText: string, snapshot: string, signal?: AbortSignal): Promise<ImageEvent[]> {
  const events: ImageEvent[] = [];
  const body = { environment, appToml: appTomlText, snapshot };
  for await (const { data } of server.client.createImage({ body, ...(signal === undefined ? {} : { signal }) }))
    events.push(data);
  return events;
}

const createRelease = (text: string, snapshot?: string, where = environment) =>
  server.client.createRelease({
    body: { environment: where, appToml: text, ...(snapshot === undefined ? {} : { snapshot }) },
  });

async function rollOut(service: string, release: string) {
  const { number } = await server.client.createRollout({
    body: { service, environment, release, idempotencyKey: `${service}-${release}-${Math.random()}` },
  });
  return ended(server.client, number);
}

const pullSecretOf = (service: string) => {
  const value = server.gamma.objects(service).find(isSecret)?.data?.[".dockerconfigjson"];
  return value === undefined ? undefined : Buffer.from(value, "base64").toString();
};

test("without a registry a release for registered clusters is refused, with the command to type", async () => {
  const snapshot = await upload(server.client, "// none");
  const refused = await problem(createRelease(appToml("none"), snapshot));
  assert.deepEqual([refused.status, refused.code, refused.title], [422, "registry-missing", "staging has no registry"]);
  assert.match(refused.hint ?? "", /^fairway registry add main \S+ --env staging --docker-config/);
  assert.equal((await problem(pushImage(appToml("none"), snapshot))).code, "registry-missing");
  assert.equal(
    (await createRelease(appToml("none"), snapshot, "prod")).release.snapshot,
    snapshot,
    "embedded ones need none",
  );
});

test("a registry is refused when its credentials or its address cannot be used, and nothing is kept of it", async () => {
  const detailOf = async (body: Parameters<typeof put>[0]) => {
    const { code, detail, hint } = await problem(put(body));
    return `${code}: ${detail} (${hint})`;
  };
  const helper = docker({ "registry.example.com": {} }, { credsStore: "desktop" });
  assert.match(
    await detailOf({ dockerConfig: helper }),
    /^registry-credentials-not-valid: the credentials for registry.example.com are not in it, but kept by the program docker-credential-desktop \(.*kubectl create secret docker-registry/,
  );
  assert.match(await detailOf({ dockerConfig: docker({}) }), /has no credentials for registry.example.com/);
  assert.match(await detailOf({ dockerConfig: "{s3cret" }), /^registry-credentials-not-valid: /);
  const token = docker({ "registry.example.com": { identitytoken: "t" } });
  assert.match(await detailOf({ dockerConfig: token }), /identity token .* nodes of Kubernetes cannot use/);
  for (const bad of ["team", "https://registry.example.com/team", "registry.example.com/Team", "a.b/c@d", "a.b/c:1"])
    assert.equal((await problem(put({ prefix: bad }))).code, "registry-prefix-not-valid", bad);
  assert.equal((await problem(put({ bases: { node: "A//b" } }))).code, "image-reference-not-valid");
  images.failure = "denied";
  const denied = await problem(put());
  assert.deepEqual(
    [denied.code, denied.detail, denied.hint],
    [
      "registry-denied",
      "registry.example.com: denied",
      "mend it; the server has those that were given with: fairway registry add",
    ],
  );
  images.failure = "unavailable";
  assert.equal((await problem(put())).code, "registry-unreachable");
  assert.equal((await problem(put({ environment: "nowhere" }))).code, "environment-unknown");
  assert.deepEqual((await server.client.listRegistries()).items, []);
  assert.equal(existsSync(join(server.home, "registries", "main")), false);
});

test("a registry keeps the credentials that are needed, in files for its owner alone", async () => {
  const bases = { node: "registry.example.com/base/node:{version}" };
  const added = await put({ pullDockerConfig: pull, certificateAuthority: "PEM", bases });
  assert.deepEqual(
    [added.replaced, added.credentials, added.pullCredentials, added.certificateAuthority, added.bases],
    [false, true, true, true, bases],
  );
  const folder = join(server.home, "registries", "main");
  assert.deepEqual((await readdir(folder)).toSorted(), ["ca.pem", "docker-config.json", "pull-docker-config.json"]);
  for (const file of await readdir(folder)) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);
  const kept = await readFile(join(folder, "docker-config.json"), "utf8");
  assert.deepEqual(JSON.parse(kept), { auths: { "registry.example.com": auth("pusher:s3cret-push") } });
  const { repository, given } = images.asked.at(-1) ?? {};
  assert.equal(repository, `${prefix}/fairway-check`);
  assert.deepEqual(given, { dockerConfig: kept, certificateAuthority: "PEM" });
  assert.doesNotMatch(JSON.stringify(await server.client.listRegistries()), /s3cret|auth/);

  const second = await problem(put({}, "second"));
  assert.deepEqual([second.code, second.title], ["registry-exists", "staging has a registry already: main"]);
  assert.equal((await problem(put({ environment: "prod" }))).code, "registry-exists");
  const { environments } = await server.client.platform();
  assert.deepEqual(
    environments.map(({ name, registry }) => [name, registry]),
    [
      ["prod", undefined],
      ["staging", prefix],
    ],
  );
  assert.equal((await put()).replaced, true);
  assert.deepEqual((await readdir(folder)).toSorted(), ["docker-config.json", "pull-docker-config.json"]);
});

test("a deploy pushes the image, and the release names it by digest in registered clusters", async () => {
  await put({ pullDockerConfig: pull });
  const snapshot = await upload(server.client, "// shop");
  const events = await pushImage(appToml("shop"), snapshot);
  const [progress, image] = [events[0], events.at(-1)];
  assert.deepEqual(progress, { type: "progress", what: "sending", sent: 1, total: 2 });
  assert.ok(image?.type === "image");
  assert.match(image.reference, /^registry\.example\.com\/team\/shop@sha256:[0-9a-f]{64}$/);
  assert.deepEqual([image.bytes, image.sent, image.warnings], [52_000_000, 2_100_000, []]);
  const asked = images.pushes.at(-1);
  assert.equal(asked?.base, `docker.io/library/node@sha256:${"b".repeat(64)}`);
  assert.deepEqual(
    [asked?.target, asked?.command, asked?.snapshot.digest],
    [`${prefix}/shop`, ["node", "."], snapshot],
  );

  const { release, warnings } = await createRelease(appToml("shop"), snapshot);
  assert.deepEqual([release.snapshot, release.image, warnings], [snapshot, undefined, []]);
  const [again] = (await pushImage(appToml("shop"), snapshot)).slice(-1);
  assert.ok(again?.type === "image");
  assert.deepEqual([again.reference, again.sent], [image.reference, 0], "it was there");
  assert.equal((await rollOut("shop", release.name)).status, "succeeded");
  const objects = server.gamma.objects("shop");
  assert.equal(objects.find(isDeployment)?.spec?.template.spec?.containers[0]?.image, image.reference);
  assert.deepEqual(objects.find(isServiceAccount)?.imagePullSecrets, [{ name: "fairway-registry" }]);
  assert.deepEqual(JSON.parse(pullSecretOf("shop") ?? ""), {
    auths: { "registry.example.com": auth("puller:s3cret-pull") },
  });
});

test("an image that has gone refuses a rollout before anything is changed; a registry that does not say only warns", async () => {
  const { release } = await createRelease(appToml("shop"), await upload(server.client, "// shop"));
  const { image = "" } = server.gamma.objects("shop").find(isDeployment)?.spec?.template.spec?.containers[0] ?? {};
  const found = async () => {
    const { status, findings } = await rollOut("shop", release.name);
    return [status, ...findings.map(({ severity = "refusal", code, message }) => `${severity} ${code}: ${message}`)];
  };
  images.gone.set(image, "absent");
  assert.deepEqual(await found(), [
    "refused",
    `refusal ImageNotFound: there is no image ${image}, which Deployment/shop-a runs`,
  ]);
  images.gone.set(image, "unavailable");
  assert.deepEqual(await found(), [
    "succeeded",
    `warning ImageUnknown: nobody could say whether there is an image ${image}, which Deployment/shop-a runs: registry.example.com: unavailable`,
  ]);
  images.gone.clear();
  assert.deepEqual(await found(), ["succeeded"]);
});

test("an embedded cluster runs snapshots of this server: one that has gone is found in the same way", async () => {
  const snapshot = await upload(server.client, "// embedded");
  const { release } = await createRelease(appToml("embedded"), snapshot, "prod");
  await rm(join(server.home, "snapshots", `${snapshot.slice("sha256:".length)}.tar`));
  const { number } = await server.client.createRollout({
    body: { service: "embedded", environment: "prod", release: release.name, idempotencyKey: "its snapshot is gone" },
  });
  const { status, findings } = await ended(server.client, number);
  assert.deepEqual(
    [status, ...findings.map(({ cluster, code }) => `${cluster} ${code}`)],
    ["refused", "alpha ImageNotFound", "beta ImageNotFound"],
  );
});

test("credentials are in the cluster, and nowhere else: no log, no answer, no database", async () => {
  const service = { params: { service: "shop" }, query: { environment } };
  const answers = [
    await server.client.getService(service),
    await server.client.listServiceObjects(service),
    await server.client.listRollouts({ query: { environment } }),
    await server.client.listRegistries(),
  ];
  const secrets = ["s3cret", ...["pusher:s3cret-push", "puller:s3cret-pull"].map((text) => auth(text).auth)];
  for (const secret of secrets) {
    assert.ok(!JSON.stringify(answers).includes(secret));
    assert.ok(!server.log.join("\n").includes(secret));
    for (const file of await readdir(join(server.home, "database"), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = await readFile(join(file.parentPath, file.name));
      assert.ok(!content.includes(secret), `${file.name} has a secret`);
    }
  }
});

test("changed credentials come with the next rollout; a removed service takes them along", async () => {
  await put({ dockerConfig: docker({ "registry.example.com": auth("pusher:new") }) });
  assert.match(pullSecretOf("shop") ?? "", new RegExp(auth("puller:s3cret-pull").auth));
  const { release } = await createRelease(appToml("shop"), await upload(server.client, "// shop"));
  assert.equal((await rollOut("shop", release.name)).status, "succeeded");
  assert.deepEqual(JSON.parse(pullSecretOf("shop") ?? ""), { auths: { "registry.example.com": auth("pusher:new") } });
  const inUse = await problem(server.client.removeRegistry({ params: { registry: "main" } }));
  assert.deepEqual([inUse.status, inUse.code, inUse.detail], [409, "registry-in-use", "shop"]);
  const { number } = await server.client.removeService({ params: { service: "shop" }, query: { environment } });
  assert.equal((await ended(server.client, number)).status, "succeeded");
  assert.equal(pullSecretOf("shop"), undefined);
});

test("the base: app.toml, then the registry, then the profile; without one it is refused", async () => {
  const snapshot = await upload(server.client, "// base");
  images.known.set("registry.example.com/base/node:22", { digit: "c", bytes: 1 });
  images.known.set("mine.example.com/node:1", { digit: "d", bytes: 1 });
  await put({ bases: { node: "registry.example.com/base/node:{version}" } });
  await createRelease(`name = "based"\nengine.version = "22"`, snapshot);
  assert.equal(images.pushes.at(-1)?.base, `registry.example.com/base/node@sha256:${"c".repeat(64)}`);
  await createRelease(`name = "based"\nbuild.base = "mine.example.com/node:1"`, snapshot);
  assert.equal(images.pushes.at(-1)?.base, `mine.example.com/node@sha256:${"d".repeat(64)}`);
  const missing = await problem(createRelease(`name = "based"\nengine.version = "23"`, snapshot));
  assert.deepEqual(
    [missing.status, missing.code, missing.detail, missing.hint],
    [422, "image-not-found", "there is no registry.example.com/base/node:23", "push it"],
  );
  await put();
});

test("a large image is told, not refused", async () => {
  images.bytes = 800 * 1024 ** 2;
  const snapshot = await upload(server.client, "// large");
  const { warnings } = await createRelease(appToml("large"), snapshot);
  images.bytes = 52_000_000;
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^the image of large has 800 MiB, more than 512 MiB/);
});

test("a ready image: its digest is taken when the release is made, and a tag that moved is told", async () => {
  const text = (tag: string) => `name = "ready"\nbuild.image = "registry.example.com/team/ready:${tag}"`;
  images.known.set("registry.example.com/team/ready:1.2", { digit: "1", bytes: 600 * 1024 ** 2 });
  images.known.set("registry.example.com/team/ready:1.3", { digit: "3", bytes: 1 });
  const pushes = images.pushes.length;
  const first = await createRelease(text("1.2"));
  const at = (digit: string) => `registry.example.com/team/ready@sha256:${digit.repeat(64)}`;
  assert.deepEqual(first.release.image, { asked: "registry.example.com/team/ready:1.2", reference: at("1") });
  assert.equal(first.release.snapshot, undefined);
  assert.match(first.warnings[0] ?? "", /^the image of registry.example.com\/team\/ready:1.2 has 600 MiB/);
  assert.equal((await rollOut("ready", first.release.name)).status, "succeeded");
  const container = server.gamma.objects("ready").find(isDeployment)?.spec?.template.spec?.containers[0];
  assert.deepEqual([container?.image, container?.command], [at("1"), undefined]);
  assert.ok(pullSecretOf("ready"));
  assert.equal((await createRelease(text("1.2"))).release.name, first.release.name);

  images.known.set("registry.example.com/team/ready:1.2", { digit: "2", bytes: 1 });
  const moved = await createRelease(text("1.2"));
  assert.deepEqual(moved.changes, [
    "image registry.example.com/team/ready:1.2 moved, sha256:111111111111 -> sha256:222222222222",
  ]);
  assert.deepEqual((await createRelease(text("1.3"))).changes, [
    "image registry.example.com/team/ready:1.2 -> registry.example.com/team/ready:1.3",
  ]);
  assert.equal(images.pushes.length, pushes, "nothing is pushed");
  const { items } = await server.client.listReleases({ params: { service: "ready" }, query: { environment } });
  assert.ok(items.every(({ image, snapshot }) => image !== undefined && snapshot === undefined));
  assert.equal((await problem(createRelease(text("9")))).code, "image-not-found");
  const embedded = await problem(createRelease(text("1.2"), undefined, "prod"));
  assert.deepEqual([embedded.status, embedded.code], [422, "image-not-runnable"]);
  assert.match(embedded.detail ?? "", /^alpha, beta run processes/);
  assert.equal((await problem(createRelease('name = "ready"'))).code, "snapshot-missing");
});

test("what a registry refuses is a refusal, never our failure", async () => {
  const snapshot = await upload(server.client, "// failing");
  const codes = ["unauthorized", "rate-limited", "unavailable", "tls", "interrupted", "too-large"] as const;
  for (const code of codes) {
    images.failure = code;
    const refused = await problem(createRelease(appToml("failing"), snapshot));
    assert.equal(refused.status, 422, code);
    assert.match(refused.hint ?? "", /^mend it/, code);
    images.failure = code;
    assert.equal((await problem(pushImage(appToml("failing"), snapshot))).code, refused.code);
  }
  assert.equal((await problem(pushImage(appToml("failing"), `sha256:${"0".repeat(64)}`))).code, "snapshot-unknown");
});

test("pushes of one service go one after the other; who leaves ends his", async () => {
  const gate = Promise.withResolvers<void>();
  const [one, two] = [await upload(server.client, "// one"), await upload(server.client, "// two")];
  images.gate = gate.promise;
  images.most = 0;
  const before = images.pushes.length;
  const left = new AbortController();
  const leaving = pushImage(appToml("busy"), one, left.signal);
  await eventually(
    async () => images.running,
    (running) => running === 1,
  );
  const waiting = pushImage(appToml("busy"), two);
  const other = pushImage(appToml("idle"), two);
  await eventually(
    async () => images.running,
    (running) => running === 2,
  );
  assert.equal(images.pushes.length - before, 2, "the second of busy waits");
  left.abort(new Error("left"));
  await assert.rejects(leaving, /left/);
  await eventually(
    async () => images.pushes.length - before,
    (count) => count === 3,
  );
  gate.resolve();
  assert.equal((await waiting).at(-1)?.type, "image");
  assert.equal((await other).at(-1)?.type, "image");
  assert.equal(images.most, 2);
});

test("a registry that nobody needs is forgotten with its files", async () => {
  const { number } = await server.client.removeService({ params: { service: "ready" }, query: { environment } });
  await ended(server.client, number);
  await server.client.removeRegistry({ params: { registry: "main" } });
  assert.deepEqual((await server.client.listRegistries()).items, []);
  assert.equal(existsSync(join(server.home, "registries", "main")), false);
  assert.equal((await problem(server.client.removeRegistry({ params: { registry: "main" } }))).code, "not-found");
});
