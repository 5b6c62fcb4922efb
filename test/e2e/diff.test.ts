/** fairway diff on embedded clusters: it tells what the deploy that follows does, and nothing when nothing is to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DeployDiff, deployDiff } from "@fairway/api";
import { type Platform, startPlatform, writeService } from "./platform.ts";

const server = (greeting: string) => `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end(${JSON.stringify(greeting)}));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;

const appToml = (env: Readonly<Record<string, string>>) => `
name = "shop"
owner = "testers"
replicas = 3
[engine]
name = "node"

[env]
${Object.entries(env)
  .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  .join("\n")}
`;

const password = "hunter2-of-the-test";
const first = { LEVEL: "info", DB_PASSWORD: password, DB: `postgres://me:${password}@db/shop` };

async function asked(platform: Platform, folder: string, ...args: readonly string[]): Promise<DeployDiff> {
  const { code, stdout, stderr } = await platform.fairway(["diff", folder, "--json", ...args]);
  assert.equal(code, 0, stdout + stderr);
  assert.ok(!stdout.includes(password), "a secret is shown");
  return deployDiff.parse(JSON.parse(stdout));
}

const changesOf = ({ clusters }: DeployDiff) =>
  clusters.map(({ cluster, compared, objects, problems }) => {
    assert.deepEqual([compared, problems], [true, []]);
    const lines = objects.flatMap(({ kind, change, fields, risks }) => [
      `${kind} ${change}${risks.map(({ code }) => ` !${code}`).join("")}`,
      ...fields.map(({ path, from, to }) => `${path} ${from} -> ${to}`),
    ]);
    return [cluster, ...lines];
  });
const inBoth = (...lines: readonly string[]) => ["alpha", "beta"].map((cluster) => [cluster, ...lines]);

test("a service of one's own", async (t) => {
  const platform = await startPlatform(t);
  const files = { "app.toml": appToml(first), "index.js": server("one") };
  const folder = await writeService(platform, "shop", files);
  const deploy = async () => {
    const { code, stdout, stderr } = await platform.fairway(["deploy", folder]);
    assert.equal(code, 0, stdout + stderr);
  };

  await t.test("is new where it was never deployed, with and without its code", async () => {
    for (const args of [[], ["--build"]]) {
      const diff = await asked(platform, folder, ...args);
      assert.deepEqual([diff.active, diff.code], [undefined, args.length === 0 ? "none" : "snapshot"]);
      for (const [, ...lines] of changesOf(diff)) {
        assert.ok(lines.includes("Deployment created"));
        assert.ok(lines.every((line) => line.endsWith(" created")));
      }
    }
  });

  await t.test("has no changes right after its deploy", async () => {
    await deploy();
    for (const args of [[], ["--build"]]) {
      const diff = await asked(platform, folder, ...args);
      assert.deepEqual(changesOf(diff), inBoth());
      assert.equal(diff.release, diff.active);
    }
    const { code, stdout } = await platform.fairway(["diff", folder, "--exit-code"]);
    assert.equal(code, 0);
    assert.match(stdout, /No changes: alpha, beta are as app\.toml says\./);
  });

  await t.test("one variable is one change, and a restart", async () => {
    await writeService(platform, "shop", { "app.toml": appToml({ ...first, LEVEL: "debug" }) });
    const expected = inBoth("ConfigMap changed", ".data.LEVEL info -> debug", "Deployment changed !restart");
    assert.deepEqual(changesOf(await asked(platform, folder)), expected);
    const { code, stdout } = await platform.fairway(["diff", folder, "--exit-code"]);
    assert.equal(code, 3);
    assert.match(stdout, /1 change in 2 clusters: restarts all pods\./);
    assert.match(
      stdout,
      /alpha, beta\n +ConfigMap shop\n +~ data\.LEVEL +info -> debug\n +Deployment shop-a +! restarts/,
    );
  });

  await t.test(
    "a changed secret is told as such; the release that is foreseen is the one that the deploy makes",
    async () => {
      const next = { ...first, DB_PASSWORD: `${password}-2`, DB: `postgres://me:${password}-2@db/shop` };
      await writeService(platform, "shop", {
        "app.toml": appToml(next).replace("= 3", "= 2"),
        "index.js": server("two"),
      });
      const diff = await asked(platform, folder, "--build");
      const [alpha = []] = changesOf(diff);
      assert.deepEqual(alpha.map((line) => line.replace(/sha256:\w+/g, "#")).toSorted(), [
        ".data.DB (hidden) -> (hidden)",
        ".data.DB_PASSWORD (hidden) -> (hidden)",
        ".spec.replicas 3 -> 2",
        '.spec.template.spec.containers[name="app"].image snapshot.fairway.dev/shop@# -> snapshot.fairway.dev/shop@#',
        "ConfigMap changed",
        "Deployment changed !restart !shrink",
        "alpha",
      ]);
      const { stdout } = await platform.fairway(["diff", folder, "--build"]);
      assert.match(stdout, /\(hidden, changed\)/);
      assert.ok(!stdout.includes(password));
      await deploy();
      const { release } = await platform.client.getService({ params: { service: "shop" } });
      assert.equal(release, diff.release);
      assert.deepEqual(changesOf(await asked(platform, folder)), inBoth());
    },
  );

  await t.test("a stopped cluster is told, and the other one compared", async () => {
    await platform.client.stopCluster({ params: { cluster: "beta" } });
    const { code, stdout } = await platform.fairway(["diff", folder]);
    assert.equal(code, 1);
    assert.match(stdout, /No changes: alpha is as app\.toml says \(1 of 2 clusters could not be compared\)/);
    assert.match(stdout, /✗ beta: .*stopped/);
  });
});
