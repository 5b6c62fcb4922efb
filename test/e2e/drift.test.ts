/** Somebody changes fields by hand on an embedded cluster: it is seen by itself, by field and by whom; taken back, or left to him. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { kubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import { eventually, startPlatform, writeService } from "./platform.ts";

const appToml = (level: string) => `
name = "shop"
owner = "testers"
replicas = 2
[engine]
name = "node"
[env]
LEVEL = "${level}"
`;

const program = `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end("open"));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;

test("what somebody changes by hand", async (t) => {
  const platform = await startPlatform(t);
  const folder = await writeService(platform, "shop", { "app.toml": appToml("info"), "index.js": program });
  const fairway = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await platform.fairway(args);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  await fairway("deploy", folder);

  const beta = kubernetesClient(await readFile(path.join(platform.home, "clusters/beta/kubeconfig"), "utf8"));
  t.after(() => beta.close());
  const deployment = "/apis/apps/v1/namespaces/shop/deployments/shop-a";
  const edit = async (body: object) => {
    const contentType = "application/merge-patch+json";
    const answer = await beta.request("PATCH", `${deployment}?fieldManager=kubectl-edit`, { body, contentType });
    assert.equal(answer.code, 200, answer.text);
  };
  /** Replicas, and seconds that a pod gets to end. */
  const inCluster = async (): Promise<readonly unknown[]> => {
    const { spec } = Object((await beta.request("GET", deployment)).body);
    return [spec.replicas, spec.template.spec.terminationGracePeriodSeconds];
  };
  const [, grace] = await inCluster();
  const seen = async () => (await platform.client.getService({ params: { service: "shop" } })).drift?.changes ?? [];

  await t.test("is seen by itself, by field, cluster and manager", async () => {
    assert.deepEqual(await seen(), []);
    await edit({ spec: { replicas: 3, template: { spec: { terminationGracePeriodSeconds: 7 } } } });
    const changes = await eventually("both fields are seen", async () => {
      const found = await seen();
      return found.length === 2 && found;
    });
    assert.deepEqual(
      changes
        .map(({ clusters, object, manager, wanted, live }) => [clusters, object, manager, wanted, live].join(" "))
        .sort(),
      ["beta Deployment/shop-a kubectl-edit 2 3", `beta Deployment/shop-a kubectl-edit ${grace} 7`],
    );
    const told = await fairway("drift", "shop");
    assert.match(told, /\.spec\.replicas/);
    assert.match(told, /kubectl-edit/);
    assert.match(await fairway("status", "shop"), /kubectl-edit/);
  });

  await t.test(
    "is left to him where somebody says so, by repairs and deploys, and no deploy would change it",
    async () => {
      await fairway("drift", "keep", "shop", ".spec.replicas");
      await fairway("drift", "repair", "shop");
      assert.deepEqual(await inCluster(), [3, grace], "the other one is taken back");
      await writeService(platform, "shop", { "app.toml": appToml("debug") });
      const diff = await fairway("diff", folder);
      assert.match(diff, /LEVEL/);
      assert.doesNotMatch(diff, /replicas/);
      await fairway("deploy", folder);
      assert.deepEqual(await inCluster(), [3, grace]);
    },
  );

  await t.test("is taken back when that is over", async () => {
    await fairway("drift", "keep", "shop", ".spec.replicas", "--undo");
    await fairway("drift", "repair", "shop");
    assert.deepEqual(await inCluster(), [2, grace]);
    await eventually("nothing is different", async () => (await seen()).length === 0);
  });
});
