import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, isEndpointSlice, type KubernetesObject, refOf } from "@fairway/objects";
import { interceptCluster } from "../testing/intercept.ts";
import { type OldShop, oldObjects, oldShop } from "./testing/old-shop.ts";

const deployment = oldObjects("legacy").find(isDeployment);
assert.ok(deployment);

/** What somebody else has done to the old pods, and what is said of it. */
const troubles: readonly {
  readonly title: string;
  readonly message: RegExp;
  readonly make: (shop: OldShop, old: KubernetesObject) => Promise<void>;
}[] = [
  {
    title: "was deleted",
    message:
      /^Deployment\/shop is gone, and no pod is behind Service\/shop: make that one again, and nothing beside it, and undo once more, or confirm$/,
    make: (shop, old) => shop.cluster.delete(refOf(old), {}),
  },
  {
    title: "was scaled to zero",
    message:
      /^Deployment\/shop is scaled to zero, and no pod is behind Service\/shop: scale it up and undo once more, or confirm$/,
    make: async (shop, old) => shop.cluster.updateAs("kubectl", { ...old, spec: { ...deployment.spec, replicas: 0 } }),
  },
  {
    title: "has no ready pod",
    message: /^none of 2 pods behind Service\/shop is ready: see to them and undo once more, or confirm$/,
    async make(shop, old) {
      await shop.cluster.delete(refOf(old), {});
      shop.cluster.script("broken", { kind: "never-ready" });
      const labels = { app: "old-shop", "fairway.dev/release": "broken" };
      const { resourceVersion: _, uid: __, ...metadata } = old.metadata;
      const template = { ...deployment.spec?.template, metadata: { labels } };
      shop.cluster.applyAs("kubectl", { ...old, metadata, spec: { ...deployment.spec, template } });
    },
  },
];

async function fails(shop: OldShop, act: "lead-back" | "stand-by", message: RegExp): Promise<void> {
  const outcome = await shop.once(act);
  assert.equal(outcome.state, "failed");
  assert.match(outcome.state === "failed" ? outcome.message : "", message);
}

async function hit(shop: OldShop, make: (typeof troubles)[number]["make"]): Promise<void> {
  const old = shop.old("Deployment", "shop");
  assert.ok(old);
  await make(shop, old);
  await shop.settle();
}

/** All that leads requests, by version: whoever writes one of them is seen. */
function versions(shop: OldShop): readonly unknown[] {
  const { namespace } = shop.plan.from;
  return shop.cluster
    .objects(namespace)
    .filter(({ kind }) => kind === "Service" || kind === "EndpointSlice")
    .map(({ kind, metadata }) => [kind, metadata.name, metadata.resourceVersion]);
}

describe("the way back of an adoption", () => {
  for (const namespace of ["shop", "legacy"] as const) {
    for (const { title, message, make } of troubles) {
      it(`is not begun where the old Deployment ${title}, and says so (namespace ${namespace})`, async () => {
        const shop = await oldShop(namespace);
        await shop.done("lead");
        await hit(shop, make);
        const before = versions(shop);
        await fails(shop, "lead-back", message);
        assert.deepEqual(versions(shop), before, "nothing is written");
        await shop.done("lead");
        assert.deepEqual(shop.takers(), ["ours"]);
      });

      it(`turns round at any point when the old Deployment ${title} (namespace ${namespace})`, async () => {
        for (let point = 1, isOver = false; !isOver; point += 1) {
          const shop = await oldShop(namespace);
          await shop.done("lead");
          let calls = 0;
          const cluster = interceptCluster(shop.cluster, {
            async before() {
              calls += 1;
              if (calls === point) await hit(shop, make);
            },
          });
          let outcome = await shop.once("lead-back", { cluster });
          for (let tries = 0; outcome.state === "pending" && tries < 9; tries += 1) {
            await shop.settle();
            outcome = await shop.once("lead-back", { cluster });
          }
          isOver = calls < point;
          if (isOver) {
            assert.ok(point > 12, `${point - 1} calls`);
            assert.deepEqual(outcome, { state: "done" });
            await hit(shop, make);
            await fails(shop, "stand-by", message);
          }
          await fails(shop, "lead-back", message);
          await shop.done("lead");
          assert.deepEqual(shop.takers(), ["ours"], `at call ${point}`);
          const made = shop.cluster.objects(namespace).filter(({ metadata }) => metadata.name.startsWith("fairway-"));
          const kinds = new Set(made.map(({ kind }) => kind));
          assert.deepEqual([...kinds], namespace === "shop" ? [] : ["EndpointSlice"]);
        }
      });
    }

    it(`goes when the old Deployment has been made again (namespace ${namespace})`, async () => {
      const shop = await oldShop(namespace);
      await shop.done("lead");
      const old = shop.old("Deployment", "shop");
      assert.ok(old);
      await shop.cluster.delete(refOf(old), {});
      shop.cluster.applyAs("kubectl", { ...deployment, metadata: { name: "shop", namespace } });
      await shop.settle();
      await shop.done("lead-back");
      assert.deepEqual(shop.takers(), ["old"]);
      assert.equal(shop.cluster.objects(namespace).filter(isEndpointSlice).length, 1);
      assert.deepEqual(await shop.once("stand-by"), { state: "done" });
    });
  }

  it("says that the Service which ours had taken over was made anew, instead of waiting for it", async () => {
    const shop = await oldShop("shop");
    await shop.done("lead");
    const service = shop.old("Service", "shop");
    const ours = shop.ours.find(({ kind }) => kind === "Service");
    assert.ok(service && ours);
    await shop.cluster.delete(refOf(service), {});
    shop.cluster.applyAs("fairway", ours);
    await shop.settle();
    await fails(shop, "lead-back", /^Service\/shop was deleted, and made anew by a deploy of ours: .*confirm$/);
  });

  it("leaves alone a Service that somebody else has made anew, and is done when that has ready pods", async () => {
    const shop = await oldShop("legacy");
    await shop.done("lead");
    const service = shop.old("Service", "shop");
    assert.ok(service);
    await shop.cluster.delete(refOf(service), {});
    const metadata = { name: "shop", namespace: "legacy" };
    const anew = (selector: Readonly<Record<string, string>>): KubernetesObject => ({
      ...{ apiVersion: "v1", kind: "Service", metadata },
      spec: { selector, ports: [{ name: "web", port: 80 }] },
    });
    shop.cluster.applyAs("kubectl", anew({ app: "another" }));
    await fails(shop, "lead-back", /^no pod is behind Service\/shop/);
    shop.cluster.applyAs("kubectl", anew({ app: "old-shop" }));
    await shop.settle();
    await shop.done("lead-back");
    assert.deepEqual(shop.takers(), ["old"]);
  });
});
