import assert from "node:assert/strict";
import { test } from "node:test";
import { constantLoad, type Platform, startPlatform, writeService } from "./platform.ts";

const server = (greeting: string) => `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end(${JSON.stringify(greeting)}));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;

const appToml = (name: string, more = "") => `
name = "${name}"
owner = "testers"
replicas = 2

[engine]
name = "node"
${more}`;

/** Every cluster runs the release that the platform calls active. */
async function activeEverywhere(platform: Platform, service: string): Promise<string> {
  const detail = await platform.client.getService({ params: { service }, query: {} });
  assert.deepEqual(
    detail.clusters.map(({ cluster, release }) => [cluster, release]),
    [
      ["alpha", detail.release],
      ["beta", detail.release],
    ],
  );
  assert.ok(detail.release);
  return detail.release;
}

/**
 * What somebody wrote of an object: without what its controller keeps. Pods of the release before may still be draining; these,
 * and the endpoints that go with them, are left out.
 */
function written(object: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { kind, metadata, spec, data } = object;
  const { resourceVersion: _, managedFields: __, deletionTimestamp, ...rest } = { ...Object(metadata) };
  return deletionTimestamp !== undefined || kind === "EndpointSlice" ? [] : [{ kind, metadata: rest, spec, data }];
}

test("a service of one's own", async (t) => {
  const platform = await startPlatform(t);
  const folder = await writeService(platform, "mine", { "app.toml": appToml("mine"), "index.js": server("one") });

  await t.test("is deployed to both clusters and answers through the edge", async () => {
    const deployed = await platform.fairway(["deploy", folder]);
    assert.equal(deployed.code, 0, deployed.stdout + deployed.stderr);
    assert.deepEqual(await platform.get("mine"), { status: 200, body: "one" });
    await activeEverywhere(platform, "mine");
  });

  await t.test("is redeployed under constant load without a failed request", async () => {
    const load = constantLoad(platform, "mine", 50);
    for (const greeting of ["two", "three"]) {
      await writeService(platform, "mine", { "index.js": server(greeting) });
      const deployed = await platform.fairway(["deploy", folder]);
      assert.equal(deployed.code, 0, deployed.stdout + deployed.stderr);
    }
    const { answered, failed, bodies } = await load.stop();
    assert.deepEqual(failed, []);
    assert.ok(answered > 100, `only ${answered} answers`);
    assert.deepEqual([...bodies], ["one", "two", "three"]);
  });

  const broken = [
    {
      name: "exits at start",
      code: "CrashLoop",
      files: { "index.js": `console.error("boom: no cellar");\nprocess.exit(3);\n` },
      said: [/exit code 3/, /boom: no cellar/],
    },
    {
      name: "never gets ready",
      code: "ReadinessFailing",
      files: {
        "app.toml": appToml("mine", `\n[health]\nready = { path = "/healthz", period = 1 }\n`),
        "index.js": server("never").replace("response.end(", "response.writeHead(503).end("),
      },
      said: [/503/],
    },
    {
      name: "runs out of memory while starting",
      code: "OutOfMemory",
      files: {
        "app.toml": appToml("mine"),
        "index.js": "const kept = [];\nsetInterval(() => kept.push(Buffer.alloc(32 << 20, 1)), 5);\n",
      },
      said: [/memory/i],
    },
  ];
  for (const { name, code, files, said } of broken) {
    await t.test(`a release that ${name} is named ${code}, and the old one serves throughout`, async () => {
      const before = await activeEverywhere(platform, "mine");
      const load = constantLoad(platform, "mine", 50);
      await writeService(platform, "mine", files);
      const deployed = await platform.fairway(["deploy", folder]);
      const { failed, bodies } = await load.stop();
      const told = deployed.stdout + deployed.stderr;
      assert.equal(deployed.code, 1, told);
      assert.match(told, new RegExp(code));
      // Where a line of the terminal ends depends on what stands before it.
      for (const pattern of said) assert.match(told.replaceAll(/\s+/g, " "), pattern);
      assert.match(told, /(alpha|beta)/);
      assert.match(told, /mine-a-[a-z0-9]+-[a-z0-9]+/);
      assert.deepEqual(failed, []);
      assert.deepEqual([...bodies], ["three"]);
      assert.equal(await activeEverywhere(platform, "mine"), before);
    });
  }

  await t.test("is refused in prepare while one cluster is stopped, and nothing changes in the other", async () => {
    const stopped = await platform.fairway(["cluster", "stop", "beta"]);
    assert.equal(stopped.code, 0, stopped.stdout + stopped.stderr);
    const objects = async () =>
      (await platform.client.listServiceObjects({ params: { service: "mine" }, query: {} })).items
        .filter(({ cluster }) => cluster === "alpha")
        .flatMap(({ object }) => written(object));
    const before = await objects();
    await writeService(platform, "mine", { "app.toml": appToml("mine"), "index.js": server("four") });
    const deployed = await platform.fairway(["deploy", folder]);
    const told = deployed.stdout + deployed.stderr;
    assert.equal(deployed.code, 1, told);
    assert.match(told, /beta/);
    assert.deepEqual(await objects(), before);
    assert.equal((await platform.get("mine")).body, "three");

    const started = await platform.fairway(["cluster", "start", "beta"]);
    assert.equal(started.code, 0, started.stdout + started.stderr);
    const again = await platform.fairway(["deploy", folder]);
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.equal((await platform.get("mine")).body, "four");
  });

  await t.test("goes back to the release before, and away", async () => {
    const back = await platform.fairway(["rollback", "mine"]);
    assert.equal(back.code, 0, back.stdout + back.stderr);
    assert.equal((await platform.get("mine")).body, "three");
    const removed = await platform.fairway(["remove", "mine", "--yes"]);
    assert.equal(removed.code, 0, removed.stdout + removed.stderr);
    assert.notEqual((await platform.get("mine")).status, 200);
  });
});
