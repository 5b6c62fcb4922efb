import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isService, type KubernetesObject, refOf } from "@fairway/objects";
import { oldShop } from "./testing/old-shop.ts";

const without = (objects: readonly KubernetesObject[], kind: string) => objects.filter((one) => one.kind !== kind);

describe("the acts of an adoption", () => {
  it("delete what the release no longer has by the name of an old object, and nothing that it has", async () => {
    const shop = await oldShop("shop");
    await shop.done("lead");
    const ours = without(shop.ours, "ServiceAccount");
    await shop.once("take", { ours });
    await shop.once("delete", { ours });
    assert.equal(shop.old("ServiceAccount", "shop"), undefined);
    assert.equal(shop.old("Deployment", "shop"), undefined);
    assert.deepEqual(shop.takers(), ["ours"]);

    const other = await oldShop("shop");
    await other.done("lead");
    await other.done("take");
    await other.done("delete");
    assert.equal(other.old("ServiceAccount", "shop")?.["automountServiceAccountToken"], false);

    const untouched = await oldShop("shop");
    await untouched.once("delete");
    assert.ok(untouched.old("ServiceAccount", "shop"), "it is the release's to take over");
  });

  it("delete nothing that somebody has made anew by the name of an old object", async () => {
    const shop = await oldShop("shop");
    await shop.done("lead");
    const account = shop.old("ServiceAccount", "shop");
    assert.ok(account);
    await shop.cluster.delete(refOf(account), {});
    shop.cluster.applyAs("kubectl", { ...account, metadata: { name: "shop", namespace: "shop" } });
    const ours = without(shop.ours, "ServiceAccount");
    await shop.once("take", { ours });
    await shop.once("delete", { ours });
    assert.ok(shop.old("ServiceAccount", "shop"));
  });

  for (const namespace of ["shop", "legacy"] as const) {
    it(`make the old Service again where it has gone meanwhile, and lead to the old pods (namespace ${namespace})`, async () => {
      const shop = await oldShop(namespace);
      await shop.done("lead");
      assert.deepEqual(shop.takers(), ["ours"]);
      const before = shop.plan.clusters["alpha"]?.address.former;
      const service = shop.old("Service", "shop");
      assert.ok(service);
      await shop.cluster.delete(refOf(service), {});
      await shop.settle();
      await shop.done("lead-back");
      const after = shop.old("Service", "shop");
      assert.ok(after !== undefined && isService(after));
      assert.deepEqual(after.spec, before?.["spec"]);
      assert.deepEqual(shop.takers(), ["old"]);
    });
  }

  it("make an old object again that ours had taken over and that has gone meanwhile", async () => {
    const shop = await oldShop("shop");
    await shop.done("lead");
    await shop.done("take");
    const account = shop.old("ServiceAccount", "shop");
    assert.equal(account?.["automountServiceAccountToken"], false);
    assert.ok(account);
    await shop.cluster.delete(refOf(account), {});
    await shop.done("lead-back");
    assert.equal(shop.old("ServiceAccount", "shop")?.["automountServiceAccountToken"], true);
  });

  it("leave alone what another adoption of the same service has led over", async () => {
    const shop = await oldShop("legacy");
    await shop.done("lead", { number: 2 });
    await shop.done("lead-back", { number: 1 });
    assert.deepEqual(shop.takers(), ["ours"]);
  });

  it("give back nothing of a namespace that has gone, or was made anew, meanwhile", async () => {
    const shop = await oldShop("shop");
    await shop.cluster.delete({ apiVersion: "v1", kind: "Namespace", name: "shop" }, {});
    await shop.settle();
    assert.deepEqual(await shop.once("let-go"), { state: "done" });
    shop.cluster.applyAs("kubectl", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    assert.deepEqual(await shop.once("let-go"), { state: "done" });
    const made = await shop.cluster.get({ apiVersion: "v1", kind: "Namespace", name: "shop" });
    assert.deepEqual(made?.metadata.labels, undefined);
  });
});
