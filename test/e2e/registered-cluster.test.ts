import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { startPlatform, writeService } from "./platform.ts";

test("a Kubernetes API that was registered by its kubeconfig", async (t) => {
  const platform = await startPlatform(t);
  // Another platform's cluster is as foreign as any: another certificate, another token, and none of our snapshots.
  const other = await startPlatform(t);
  const kubeconfig = path.join(other.home, "clusters/alpha/kubeconfig");
  const folder = await writeService(platform, "mine", {
    "app.toml": 'name = "mine"\n[engine]\nname = "node"\n[envs.staging.env]\nWHERE = "staging"\n',
    "index.js": "setInterval(() => {}, 1000);",
  });

  await t.test("is refused while its kubeconfig is wrong, and nothing is kept of it", async () => {
    const file = path.join(platform.folder, "wrong.yaml");
    await writeFile(file, "apiVersion: v1\nkind: Config\nclusters: 7\n");
    const added = await platform.fairway(["cluster", "add", "gamma", "--kubeconfig", file, "--env", "staging"]);
    assert.equal(added.code, 1, added.stdout);
    assert.match(added.stderr, /kubeconfig/);
    const { items } = await platform.client.listClusters();
    assert.deepEqual(items.map(({ name }) => name).toSorted(), ["alpha", "beta"]);
  });

  await t.test("becomes an environment of its own, which commands then have to name", async () => {
    const added = await platform.fairway(["cluster", "add", "gamma", "--kubeconfig", kubeconfig, "--env", "staging"]);
    assert.equal(added.code, 0, added.stderr);
    const { items } = await platform.client.listClusters();
    assert.deepEqual(
      items
        .filter(({ name }) => name === "gamma")
        .map(({ environment, reachable, embedded }) => ({ environment, reachable, embedded })),
      [{ environment: "staging", reachable: true, embedded: false }],
    );
    const deployed = await platform.fairway(["deploy", folder]);
    assert.equal(deployed.code, 2, deployed.stdout + deployed.stderr);
    assert.match(deployed.stderr, /--env.*prod.*staging|prod.*staging.*--env/s);
  });

  await t.test(
    "has no images while its environment has no registry: said with the command to type, nothing is changed",
    async () => {
      const deployed = await platform.fairway(["deploy", folder, "--env", "staging"]);
      const told = deployed.stdout + deployed.stderr;
      assert.equal(deployed.code, 1, told);
      assert.match(told, /staging has no registry: gamma runs images/);
      assert.match(told, /fairway registry add main \S+ --env staging --docker-config/);
      const kubectl = await other.client.listServices({ query: {} });
      assert.deepEqual(kubectl.items, []);
    },
  );
});
