import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";

/** Adoptions of services that somebody else deployed. */
export function adoptionCases(make: () => Promise<Store>): void {
  it("takes an adoption through its turns, one open at a time for a service", async () => {
    const adoptions = (await make()).adoptions<{ readonly from: string }>();
    const asked = { environment: "prod", service: "shop", release: "r1", plan: { from: "a\0b" }, actor: "admin" };
    const made = await adoptions.start({ ...asked, state: "claiming" });
    assert.ok(made);
    assert.deepEqual(
      [made.number, made.turn, made.state, made.plan, made.reason, made.endedAt],
      [1, 1, "claiming", { from: "a\ufffdb" }, undefined, undefined],
    );
    assert.equal(await adoptions.start({ ...asked, state: "beside" }), undefined);
    assert.equal((await adoptions.start({ ...asked, environment: "staging", state: "beside" }))?.number, 2);
    assert.equal(await adoptions.become(1, 2, { state: "moving", reason: undefined }), false);
    assert.equal(await adoptions.become(1, 1, { state: "moving", reason: "it \0 is so" }), true);
    assert.equal(await adoptions.become(1, 1, { state: "moved", reason: undefined }), false, "of a turn that is over");
    const moving = await adoptions.get(1);
    assert.deepEqual([moving?.turn, moving?.state, moving?.reason], [2, "moving", "it \ufffd is so"]);
    assert.ok(moving !== undefined && moving.changedAt >= made.changedAt);
    assert.deepEqual(
      (await adoptions.open()).map(({ number }) => number),
      [1, 2],
    );
    assert.equal(await adoptions.become(1, 2, { state: "undone", reason: undefined }), true);
    assert.notEqual((await adoptions.get(1))?.endedAt, undefined);
    assert.equal((await adoptions.start({ ...asked, state: "beside" }))?.number, 3);
    const found = await adoptions.list({ environment: "prod", service: "shop", limit: 5 });
    assert.deepEqual(
      found.map(({ number }) => number),
      [3, 1],
    );
    assert.equal(await adoptions.get(9), undefined);
  });
}
