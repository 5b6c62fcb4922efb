import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { begin } from "./records.ts";

/** Webhooks and their outbox. */
export function webhookCases(make: () => Promise<Store>): void {
  it("puts a message into the outbox with the entry that it tells of, for the webhooks that want it", async () => {
    const store = await make();
    const journal = store.journal<{ readonly event?: string }>(({ event }) => event);
    const wants = (events: readonly string[], environment?: string) =>
      store.webhooks.add({
        ...{ url: "http://127.0.0.1/", events, environment, sealedSecret: "sealed" },
        ...{ actor: "admin", createdAt: "2026-01-01T00:00:00.000Z" },
      });
    const all = await wants(["started", "done"]);
    const elsewhere = await wants(["started"], "staging");
    const number = await begin(store, "user", "r-user");
    const lease = await journal.acquire("prod", "user", "engine", 60_000);
    assert.ok(lease);
    await journal.append(number, 0, { event: "started" }, lease);
    await assert.rejects(journal.append(number, 0, { event: "done" }, lease));
    await journal.append(number, 1, {}, lease);
    const [message, ...others] = await store.webhooks.deliveries(all.id, 10);
    assert.deepEqual(
      [message?.message, message?.event, message?.status, others],
      [`${number}-1`, "started", "waiting", []],
    );
    assert.deepEqual(await store.webhooks.deliveries(elsewhere.id, 10), []);

    assert.deepEqual(await store.webhooks.take(5, 60_000, [all.id]), [], "one that is busy is left out");
    const [taken] = await store.webhooks.take(5, 60_000, []);
    assert.ok(taken);
    assert.deepEqual(await store.webhooks.take(5, 60_000, []), [], "nobody else gets it meanwhile");
    assert.ok(((await store.webhooks.nextDue([])) ?? 0) > 30_000);
    await store.webhooks.tried(taken, { delivered: false, answer: 503, error: "answered 503", retryAfter: 0 });
    const [again] = await store.webhooks.take(5, 60_000, []);
    assert.deepEqual([again?.attempts, again?.answer], [1, 503]);
    await store.webhooks.tried(taken, { delivered: true, answer: 204, error: undefined, retryAfter: undefined });
    assert.equal(await store.webhooks.nextDue([]), undefined);
    assert.equal((await store.webhooks.deliveries(all.id, 10))[0]?.status, "delivered");
    await journal.append(number, 2, { event: "done" }, lease);
    await store.webhooks.setGone(all.id, "it is gone");
    const [last] = await store.webhooks.deliveries(all.id, 10);
    assert.deepEqual([last?.event, last?.status, last?.error], ["done", "given-up", "it is gone"]);
    assert.ok((await store.webhooks.get(all.id))?.goneAt);
    await journal.append(number, 3, { event: "done" }, lease);
    assert.equal((await store.webhooks.deliveries(all.id, 10)).length, 2, "nothing more comes into its outbox");
    await store.webhooks.setGone(all.id, undefined);
    assert.equal((await store.webhooks.get(all.id))?.goneAt, undefined);
    await journal.append(number, 4, { event: "done" }, lease);
    assert.equal((await store.webhooks.deliveries(all.id, 10)).length, 3);

    assert.equal(await store.webhooks.remove(all.id), true);
    assert.equal(await store.webhooks.remove(all.id), false);
  });
}
