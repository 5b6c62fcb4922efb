import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { begin, roll } from "./records.ts";

/** Numbers and lists of services. */
export function serviceCases(make: () => Promise<Store>): void {
  it("numbers services for life", async () => {
    const { services } = await make();
    const user = await services.ensure("user");
    const shop = await services.ensure("shop");
    assert.equal(user.number, 1);
    assert.equal(shop.number, 2);
    assert.deepEqual(await services.ensure("user"), user);
    assert.equal((await services.ensure("cart")).number, 3, "asking again uses up no number");
    assert.deepEqual(await services.get("shop"), shop);
    assert.equal(await services.get("absent"), undefined);
    assert.deepEqual({ ...(await services.numbers(["shop", "absent", "user"])) }, { shop: 2, user: 1 });
    assert.deepEqual({ ...(await services.numbers([])) }, {});
  });

  it("gives one number to a service that many ask for at once", async () => {
    const { services } = await make();
    const records = await Promise.all(Array.from({ length: 10 }, () => services.ensure("user")));
    assert.equal(new Set(records.map((one) => one.number)).size, 1);
  });

  it("lists services that are active or on their way, by environment", async () => {
    const store = await make();
    for (const name of ["user", "shop", "cart", "idle"]) await store.services.ensure(name);
    await roll(store, "shop", undefined, "r-shop");
    await begin(store, "user", "r-user");
    await roll(store, "cart", undefined, "r-cart", "staging");
    assert.deepEqual(
      (await store.services.list("prod")).map((one) => one.name),
      ["shop", "user"],
    );
  });
}
