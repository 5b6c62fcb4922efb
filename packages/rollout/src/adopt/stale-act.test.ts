import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, isEndpointSlice, isPod } from "@fairway/objects";
import { interceptCluster } from "../testing/intercept.ts";
import type { performAct } from "./perform-act.ts";
import { type OldShop, oldShop } from "./testing/old-shop.ts";

type Act = Parameters<typeof performAct>[0];

/**
 * A server that stands still in the middle of an act, before each of its calls and each of its looks at the turn in turn, while
 * another server goes on with the adoption; then it goes on with what it was about to do.
 */
async function atEachPoint(
  namespace: "shop" | "legacy",
  act: Act,
  { first, meanwhile, holds }: Readonly<Record<"first" | "meanwhile" | "holds", (shop: OldShop) => Promise<void>>>,
  /** Whether it dies just after the call that it stood still before. */
  dies = false,
): Promise<number> {
  for (let point = 1; ; point += 1) {
    const shop = await oldShop(namespace);
    await first(shop);
    let calls = 0;
    let isCurrent = true;
    const goOn = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    const dead = Promise.withResolvers<void>();
    const stop = async (): Promise<void> => {
      calls += 1;
      if (dies && calls > point) {
        dead.resolve();
        await new Promise(() => {});
      }
      if (calls !== point) return;
      stopped.resolve();
      await goOn.promise;
    };
    const stale = shop.once(act, {
      cluster: interceptCluster(shop.cluster, { before: stop }),
      isCurrent: async () => {
        await stop();
        return isCurrent;
      },
    });
    const isOver = await Promise.race([stopped.promise.then(() => false), stale.then(() => true)]);
    if (isOver) {
      assert.ok(point > 3, `${act} was paused ${point - 1} times`);
      return point - 1;
    }
    isCurrent = false;
    await meanwhile(shop);
    goOn.resolve();
    await Promise.race([stale, dead.promise]);
    await shop.settle();
    if (dies) await shop.done("sweep");
    try {
      await holds(shop);
    } catch (error) {
      throw new Error(`${act} in namespace ${namespace}, paused before its call ${point}`, { cause: error });
    }
  }
}

async function undo(shop: OldShop): Promise<void> {
  await shop.done("lead-back");
  await shop.removeOurs();
  await shop.settle();
  await shop.done("let-go");
}

/** As it was before anybody began. */
async function isAsBefore(shop: OldShop): Promise<void> {
  const own = shop.plan.clusters["alpha"];
  assert.deepEqual(shop.takers(), ["old"]);
  assert.deepEqual(shop.old("Service", "shop")?.["spec"], own?.address.former["spec"]);
  assert.deepEqual(shop.old("Service", "shop")?.metadata.labels, undefined);
  assert.equal(shop.old("ServiceAccount", "shop")?.["automountServiceAccountToken"], true);
  const { namespace } = shop.plan.from;
  const space = await shop.cluster.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  assert.deepEqual([space?.metadata.labels, Object.keys(space?.metadata.annotations ?? {})], [{ team: "a" }, []]);
  const slices = shop.cluster.objects(namespace).filter(isEndpointSlice);
  assert.deepEqual(
    slices.map(({ metadata }) => metadata.name),
    ["shop-1"],
  );
}

function podsOfOurs(shop: OldShop): number {
  return shop.cluster.objects("shop").filter((one) => isPod(one) && one.metadata.name.startsWith("shop-a-")).length;
}

const nothing = async (): Promise<void> => {};

describe("a server that stood still in the middle of an act", () => {
  for (const namespace of ["shop", "legacy"] as const) {
    it(`leads no requests away from what was undone meanwhile (namespace ${namespace})`, async () => {
      const ledAndUndone = async (shop: OldShop): Promise<void> => {
        await shop.done("lead");
        await undo(shop);
      };
      const begun = async (shop: OldShop): Promise<void> => {
        await shop.once("lead");
        await shop.settle();
      };
      const led = (shop: OldShop) => shop.done("lead");
      for (const first of [nothing, begun, led])
        for (const meanwhile of [ledAndUndone, undo]) {
          const points = await atEachPoint(namespace, "lead", { first, meanwhile, holds: isAsBefore });
          assert.ok(points >= 4, String(points));
        }
    });
  }

  for (const namespace of ["shop", "legacy"] as const) {
    it(`cuts nothing off, and makes nothing again, that was confirmed meanwhile (namespace ${namespace})`, async () => {
      const led = (shop: OldShop) => shop.done("lead");
      /** Its endpoints are different, so that there is something to write. */
      const ledAndScaled = async (shop: OldShop): Promise<void> => {
        await led(shop);
        const deployment = shop.ours.find(isDeployment);
        assert.ok(deployment);
        shop.cluster.applyAs("fairway", { ...deployment, spec: { ...deployment.spec, replicas: 3 } });
        await shop.settle();
      };
      const meanwhile = async (shop: OldShop): Promise<void> => {
        await shop.done("lead");
        await shop.done("take");
        await shop.done("delete");
      };
      const holds = async (shop: OldShop): Promise<void> => {
        assert.equal(shop.old("Deployment", "shop"), undefined);
        assert.deepEqual(shop.takers(), namespace === "shop" ? ["ours"] : []);
        const slices = shop.cluster.objects().filter(isEndpointSlice);
        assert.deepEqual(
          slices.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
          ["shop/shop-1"],
          "ours, and nothing else",
        );
        assert.equal(slices[0]?.endpoints?.length, podsOfOurs(shop));
        const account = shop.old("ServiceAccount", "shop");
        assert.equal(account?.["automountServiceAccountToken"], namespace === "shop" ? false : undefined);
        assert.equal(shop.old("Service", "shop") === undefined, namespace === "legacy");
      };
      for (const first of [nothing, led, ledAndScaled])
        await atEachPoint(namespace, "lead", { first, meanwhile, holds });
      await atEachPoint(namespace, "lead-back", { first: led, meanwhile, holds });
      if (namespace === "shop") await atEachPoint(namespace, "take", { first: led, meanwhile, holds });
    });
  }

  for (const namespace of ["shop", "legacy"] as const) {
    it(`leaves nothing that lasts when it dies just after a write that came late (namespace ${namespace})`, async () => {
      const led = (shop: OldShop) => shop.done("lead");
      const ledAndUndone = async (shop: OldShop): Promise<void> => {
        await led(shop);
        await undo(shop);
      };
      await atEachPoint(namespace, "lead", { first: nothing, meanwhile: undo, holds: isAsBefore }, true);
      await atEachPoint(namespace, "lead", { first: nothing, meanwhile: ledAndUndone, holds: isAsBefore }, true);
      await atEachPoint(namespace, "lead", { first: led, meanwhile: undo, holds: isAsBefore }, true);
      await atEachPoint(namespace, "lead-back", { first: led, meanwhile: undo, holds: isAsBefore }, true);
    });
  }

  it("takes no names that were given back meanwhile", async () => {
    const first = (shop: OldShop) => shop.done("lead");
    const meanwhile = async (shop: OldShop): Promise<void> => {
      await shop.done("take");
      await undo(shop);
    };
    await atEachPoint("shop", "take", { first, meanwhile, holds: isAsBefore });
    await atEachPoint("shop", "take", { first, meanwhile: undo, holds: isAsBefore });
  });

  it("claims no namespace that was let go meanwhile", async () => {
    const first = async (shop: OldShop): Promise<void> => {
      await shop.removeOurs();
      await shop.settle();
      await shop.done("let-go");
    };
    const meanwhile = async (shop: OldShop): Promise<void> => {
      await shop.done("claim");
      await shop.done("let-go");
    };
    await atEachPoint("shop", "claim", { first, meanwhile, holds: isAsBefore });
    await atEachPoint("shop", "claim", { first, meanwhile: (shop) => shop.done("let-go"), holds: isAsBefore });
  });

  for (const namespace of ["shop", "legacy"] as const) {
    it(`leads nothing back that was adopted once more meanwhile (namespace ${namespace})`, async () => {
      await atEachPoint(namespace, "lead-back", {
        first: (shop) => shop.done("lead"),
        async meanwhile(shop) {
          await undo(shop);
          const number = 2;
          await shop.done("claim", { number });
          shop.bringOurs();
          await shop.settle();
          await shop.done("lead", { number });
        },
        async holds(shop) {
          assert.deepEqual(shop.takers(), ["ours"]);
        },
      });
    });
  }
});
