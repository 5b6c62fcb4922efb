import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { begin, roll } from "./records.ts";

/** Rollouts as lists show them. */
export function rolloutCases(make: () => Promise<Store>): void {
  it("forgets old rollouts with their journals, never what is active or under way; numbers go on", async () => {
    const store = await make();
    for (const name of ["user", "shop"]) await store.services.ensure(name);
    await roll(store, "user", undefined, "r-1");
    await roll(store, "user", "r-1", "r-2");
    for (const key of ["a", "b", "c"]) await roll(store, "user", "r-2", "r-2", "prod", key);
    await roll(store, "shop", undefined, "s-1");
    const numbers = async () => (await store.rollouts.list({ limit: 50 })).map(({ number }) => number);
    assert.deepEqual(await numbers(), [6, 5, 4, 3, 2, 1]);
    assert.equal(await store.rollouts.trim(2), 2);
    assert.deepEqual(await numbers(), [6, 5, 4, 2], "2 brought what is active");
    assert.deepEqual(await store.journal().read(3), []);
    assert.equal(await store.rollouts.trim(2), 0);
    assert.equal(await store.rollouts.trim(2, 3_600_000), 0, "none ended an hour ago");
    assert.equal(await store.rollouts.trim(50, 0), 2);
    assert.deepEqual(await numbers(), [6, 2], "those that brought what is active stay, however old");
    assert.equal(await begin(store, "shop", "s-2", "s-1"), 7);
  });

  it("lists rollouts newest first, with their ends", async () => {
    const store = await make();
    await roll(store, "user", undefined, "r1");
    const lost = await begin(store, "shop", "r2");
    const journal = store.journal<string>();
    const lease = await journal.acquire("prod", "shop", "engine", 60_000);
    assert.ok(lease);
    await journal.finish(lost, 0, "end", lease, {
      status: "failed",
      active: undefined,
      reason: "crashes",
      converging: ["beta"],
    });
    const open = await begin(store, "user", "r3", "r1");
    const [newest, middle, oldest] = await store.rollouts.list({ limit: 10 });
    assert.equal(newest?.number, open);
    assert.deepEqual(
      [newest?.status, newest?.endedAt, newest?.from, newest?.to],
      ["unfinished", undefined, "r1", "r3"],
    );
    assert.deepEqual([middle?.status, middle?.reason, middle?.converging], ["failed", "crashes", ["beta"]]);
    assert.ok(middle?.endedAt);
    assert.deepEqual([oldest?.status, oldest?.reason, oldest?.converging], ["succeeded", undefined, []]);
    assert.deepEqual(await store.rollouts.byKey("user-r1-r3"), newest);
    assert.equal(await store.rollouts.byKey("absent"), undefined);
    assert.deepEqual(await store.rollouts.list({ service: "shop", environment: "prod", limit: 10 }), [middle]);
    assert.deepEqual(await store.rollouts.list({ environment: "staging", limit: 10 }), []);
    assert.deepEqual(await store.rollouts.list({ limit: 1 }), [newest]);
    assert.deepEqual({ ...(await store.rollouts.latest("prod")) }, { shop: middle, user: newest });
  });
}
