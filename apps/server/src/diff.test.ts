import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client, DeployDiff } from "@fairway/api";
import { appToml, ended, release, rollOut, upload } from "./testing/deploying.ts";
import { fakeImages } from "./testing/fake-images.ts";
import { registerGamma, startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
const images = fakeImages();
before(async () => {
  server = await startTestServer({ images });
});
after(() => server.stop());

/** Each cluster with its changes: `Deployment/user-a changed restart`, `ConfigMap/user-x changed data.LEVEL`. */
function told({ clusters }: DeployDiff): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    clusters.map(({ cluster, objects, problems }) => [
      cluster,
      [
        ...objects.map(({ kind, name, change, fields, risks }) =>
          [
            `${kind}/${name.replace(/-[0-9a-f]{10}$/, "-#")} ${change}`,
            ...fields.map(({ path, from, to }) => `${path} ${from ?? ""}->${to ?? ""}`),
            ...risks.map(({ code }) => code),
          ].join(" "),
        ),
        ...problems.map(({ code }) => code),
      ],
    ]),
  );
}

async function deploy(client: Client, service: string, more = ""): Promise<string> {
  const made = await release(client, service, "// one", more);
  assert.equal((await rollOut(client, service, made.name)).status, "succeeded");
  return made.name;
}

const both = (...lines: readonly string[]) => ({ alpha: lines, beta: lines });

describe("what a deploy would change", () => {
  it("is everything where the service was never deployed, and leaves nothing behind", async () => {
    const diff = await server.client.diff({
      body: { appToml: appToml("fresh", "[[dependencies]]\nname = 'nobody'\n") },
    });
    assert.deepEqual([diff.active, diff.release, diff.code], [undefined, undefined, "none"]);
    assert.deepEqual(diff.notes, ["dependency nobody is not known yet: a deploy gives it its address"]);
    assert.equal(told(diff)["alpha"]?.[0], "Namespace/fresh created");
    assert.ok(told(diff)["beta"]?.includes("Deployment/fresh-a created"));
    assert.deepEqual((await server.client.listServices()).items, []);
    await assert.rejects(server.client.getService({ params: { service: "fresh" } }), { code: "not-found" });
    assert.deepEqual(server.clusters.alpha.objects("fresh"), []);
  });

  it("is nothing right after a deploy, without the code and with it", async () => {
    const name = await deploy(server.client, "calm", "[env]\nLEVEL = 'info'\n");
    const body = { appToml: appToml("calm", "[env]\nLEVEL = 'info'\n") };
    const same = await server.client.diff({ body });
    assert.deepEqual([same.active, same.release, same.code], [name, name, "running"]);
    assert.deepEqual(told(same), both());
    const sent = await server.client.diff({ body: { ...body, snapshot: await upload(server.client, "// one") } });
    assert.deepEqual([sent.release, sent.code], [name, "snapshot"]);
    assert.deepEqual(told(sent), both());
  });

  it("is a variable, and the restart that it takes; another snapshot is another image", async () => {
    await deploy(server.client, "env", "[env]\nLEVEL = 'info'\n");
    const body = { appToml: appToml("env", "[env]\nLEVEL = 'debug'\n") };
    const diff = await server.client.diff({ body });
    assert.notEqual(diff.release, diff.active);
    assert.deepEqual(
      told(diff),
      both("ConfigMap/env-# changed .data.LEVEL info->debug", "Deployment/env-a changed restart"),
    );
    const snapshot = await upload(server.client, "// two");
    const lines = told(await server.client.diff({ body: { ...body, snapshot } }))["alpha"] ?? [];
    assert.match(lines[1] ?? "", new RegExp(`containers\\[name="app"\\]\\.image .*->.*${snapshot} restart$`));
  });

  it("is told of the clusters that answer, and of the others that they do not", async () => {
    await deploy(server.client, "partly");
    server.clusters.beta.cut();
    try {
      const diff = await server.client.diff({ body: { appToml: appToml("partly").replace("= 2", "= 5") } });
      assert.deepEqual(told(diff), {
        alpha: ["Deployment/partly-a changed .spec.replicas 2->5 restart"],
        beta: ["ClusterUnreachable"],
      });
    } finally {
      server.clusters.beta.mend();
    }
  });

  it("is told with the rollout that is under way", async () => {
    const made = await release(server.client, "moving", "// one");
    const key = "that is under way";
    const body = { service: "moving", release: made.name, idempotencyKey: key };
    const { number } = await server.client.createRollout({ body });
    const { notes } = await server.client.diff({ body: { appToml: appToml("moving") } });
    await ended(server.client, number);
    assert.deepEqual(notes, [`rollout ${number} is under way: what runs is changing`]);
    assert.deepEqual((await server.client.diff({ body: { appToml: appToml("moving") } })).notes, []);
  });

  it("is refused as the deploy would be", async () => {
    const { diff } = server.client;
    await assert.rejects(diff({ body: { appToml: "name = 1" } }), { code: "app-toml-not-valid" });
    await assert.rejects(diff({ body: { appToml: appToml("x"), environment: "nowhere" } }), {
      code: "environment-unknown",
    });
    const snapshot = `sha256:${"0".repeat(64)}`;
    await assert.rejects(diff({ body: { appToml: appToml("x"), snapshot } }), { code: "snapshot-unknown" });
    await assert.rejects(diff({ body: { appToml: 'name = "x"\nbuild.image = "a/b:1"' } }), {
      code: "image-not-runnable",
    });
  });
});

describe("what a deploy to registered clusters would change", () => {
  const environment = "staging";
  const prefix = "registry.example.com/team";
  const secret = Buffer.from("puller:s3cret-pull").toString("base64");
  const dockerConfig = JSON.stringify({ auths: { "registry.example.com": { auth: secret } } });

  it("has an image that is not known before it is pushed, and pushes none", async () => {
    const { client } = server;
    await registerGamma(server);
    const body = { environment, appToml: appToml("far") };
    await assert.rejects(client.diff({ body }), { code: "registry-missing" });
    await client.putRegistry({ params: { registry: "main" }, body: { environment, prefix, dockerConfig } });
    const first = await client.diff({ body });
    assert.ok(told(first)["gamma"]?.includes("Secret/fairway-registry created"));
    assert.ok(!JSON.stringify(first).includes(secret));

    const snapshot = await upload(client, "// one");
    const { release: made } = await client.createRelease({ body: { ...body, snapshot } });
    const { number } = await client.createRollout({
      body: { service: "far", environment, release: made.name, idempotencyKey: "the first one" },
    });
    assert.equal((await ended(client, number)).status, "succeeded");
    const pushes = images.pushes.length;
    for (const same of [body, { ...body, snapshot }]) {
      const diff = await client.diff({ body: same });
      assert.deepEqual([diff.release, diff.notes, told(diff)], [made.name, [], { gamma: [] }]);
    }

    const other = { ...body, appToml: `${body.appToml}[run]\ncommand = "node other.js"\n` };
    for (const changed of [other, { ...body, snapshot: await upload(client, "// two") }]) {
      const diff = await client.diff({ body: changed });
      assert.equal(diff.release, undefined);
      assert.deepEqual(diff.notes, ["the image will change: it is made and pushed by the deploy"]);
      assert.match(
        told(diff)["gamma"]?.[0] ?? "",
        /far@sha256:\w+->registry.example.com\/team\/far:made-by-the-deploy/,
      );
    }
    assert.equal(images.pushes.length, pushes);
  });
});
