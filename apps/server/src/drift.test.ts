import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { ApiProblem } from "@fairway/api";
import { isDeployment } from "@fairway/objects";
import { appToml, ended, eventually, release, rollOut } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer({ driftInterval: 60_000 });
});
after(() => server.stop());

function deploymentOf(service: string, cluster: "alpha" | "beta" = "beta") {
  const found = server.clusters[cluster].objects(service).find(isDeployment);
  assert.ok(found?.spec);
  return { ...found, spec: found.spec };
}

function scale(service: string, replicas: number): void {
  const live = deploymentOf(service);
  server.clusters.beta.updateAs("kubectl-edit", { ...live, spec: { ...live.spec, replicas } });
}

const replicasOf = (service: string) => deploymentOf(service).spec.replicas;

const drift = (service: string) => server.client.getDrift({ params: { service } });
const lines = async (service: string) =>
  (await drift(service)).changes.map(
    (one) => `${one.clusters} ${one.object} ${one.field} ${one.change} by ${one.manager}${one.kept ? ", kept" : ""}`,
  );

async function deployed(service: string): Promise<string> {
  const { name } = await release(server.client, service, `// ${service}`);
  assert.equal((await rollOut(server.client, service, name)).status, "succeeded");
  return name;
}

async function repair(service: string) {
  const { number } = await server.client.repairDrift({ params: { service }, body: { idempotencyKey: randomUUID() } });
  return ended(server.client, number);
}

const codeOf = (code: string) => (error: unknown) => error instanceof ApiProblem && error.code === code;

describe("changes by hand", () => {
  it("are shown by field, cluster and manager, and taken back by a repair", async () => {
    const name = await deployed("shop");
    assert.deepEqual(await lines("shop"), []);
    scale("shop", 5);
    assert.deepEqual(await lines("shop"), ["beta Deployment/shop-a .spec.replicas changed by kubectl-edit"]);
    const { changes } = await drift("shop");
    assert.deepEqual([changes[0]?.wanted, changes[0]?.live], [2, 5]);
    const repaired = await repair("shop");
    assert.deepEqual([repaired.kind, repaired.status, repaired.to], ["repair", "succeeded", name]);
    assert.equal(replicasOf("shop"), 2);
    assert.deepEqual(await lines("shop"), []);
  });

  it("are left to whoever made them, until that is taken back", async () => {
    const name = await deployed("cart");
    scale("cart", 5);
    const keep = (kept: boolean) =>
      server.client.keepField({ params: { service: "cart" }, body: { field: ".spec.replicas", kept } });
    assert.deepEqual(await keep(true), { object: "Deployment/cart", field: ".spec.replicas", kept: true });
    assert.deepEqual(await lines("cart"), ["beta Deployment/cart-a .spec.replicas changed by kubectl-edit, kept"]);
    assert.equal((await rollOut(server.client, "cart", name)).status, "succeeded");
    assert.equal((await repair("cart")).status, "succeeded");
    assert.equal(replicasOf("cart"), 5, "neither a deploy nor a repair touches it");
    // What a deploy would change says the same.
    const text = appToml("cart", '[env]\nLEVEL = "debug"\n');
    const diff = await server.client.diff({ body: { appToml: text } });
    const fields = diff.clusters.flatMap(({ objects }) => objects.flatMap((one) => one.fields.map(({ path }) => path)));
    assert.ok(
      fields.some((path) => path.includes("LEVEL")),
      fields.join(),
    );
    assert.ok(!fields.includes("spec.replicas") && !fields.includes(".spec.replicas"), fields.join());
    const left = { object: "Deployment/cart-a", field: ".spec.replicas", actor: "admin" };
    const listed = async () => [
      (await drift("cart")).kept.map(({ at: _, ...one }) => one),
      (await server.client.getService({ params: { service: "cart" } })).kept?.map(({ at: _, ...one }) => one),
    ];
    assert.deepEqual(await listed(), [[left], [left]]);
    await keep(false);
    assert.deepEqual(await listed(), [[], undefined]);
    assert.deepEqual(await lines("cart"), ["beta Deployment/cart-a .spec.replicas changed by kubectl-edit"]);
    assert.equal((await rollOut(server.client, "cart", name)).status, "refused", "it is asked about before it is set");
    assert.equal((await repair("cart")).status, "succeeded");
    assert.equal(replicasOf("cart"), 2);
  });

  it("are seen by themselves, soon after they were made, and gone when they are", async () => {
    await deployed("post");
    const seen = () => server.client.getService({ params: { service: "post" } });
    await eventually(seen, (found) => found.drift?.changes.length === 0);
    scale("post", 4);
    const found = await eventually(seen, (one) => one.drift?.changes.length === 1);
    assert.equal(found.drift?.changes[0]?.field, ".spec.replicas");
    scale("post", 2);
    await eventually(seen, (one) => one.drift?.changes.length === 0);
  });

  it("are refused where they are none, and while a rollout changes what runs", async () => {
    await deployed("mail");
    const keep = (field: string) => server.client.keepField({ params: { service: "mail" }, body: { field } });
    await assert.rejects(keep(".spec.replicas"), codeOf("drift-unknown"));
    await assert.rejects(keep(".metadata.labels"), codeOf("drift-unknown"));
    await assert.rejects(drift("absent"), codeOf("not-found"));
    const next = await release(server.client, "mail", "// mail, again");
    server.clusters.beta.script(next.name, { kind: "ready", after: 600 });
    const body = { service: "mail", release: next.name, idempotencyKey: randomUUID() };
    const { number } = await server.client.createRollout({ body });
    await assert.rejects(drift("mail"), codeOf("rollout-active"));
    await assert.rejects(repair("mail"), codeOf("rollout-active"));
    await ended(server.client, number);
  });

  it("are none in a cluster that was put back to a backup: it is brought to the active release by itself", async () => {
    await deployed("past");
    const { beta } = server.clusters;
    const backup = beta.objects("past").filter((one) => one.kind === "ConfigMap" || isDeployment(one));
    const { name } = await release(server.client, "past", "// past, again");
    assert.equal((await rollOut(server.client, "past", name)).status, "succeeded");
    for (const { metadata, ...object } of backup) {
      const { uid: _, resourceVersion: __, managedFields: ___, ...rest } = metadata;
      beta.updateAs("fairway", { ...object, metadata: rest });
    }
    const newest = async () => (await server.client.listRollouts({ query: { service: "past" } })).items[0];
    const found = await eventually(newest, (one) => one?.kind === "repair" && one.status === "succeeded");
    assert.equal(found?.actor, "fairway");
    assert.equal(deploymentOf("past").spec.template.metadata?.labels?.["fairway.dev/release"], name);
    assert.deepEqual(await lines("past"), []);
  });

  it("of a cluster that does not answer are not known", async () => {
    await deployed("gone");
    server.clusters.beta.cut();
    const { clusters } = await drift("gone");
    server.clusters.beta.mend();
    assert.deepEqual(
      clusters.map(({ cluster, compared }) => [cluster, compared]),
      [
        ["alpha", true],
        ["beta", false],
      ],
    );
  });
});
