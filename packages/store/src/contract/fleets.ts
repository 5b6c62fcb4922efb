import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { begin, fail } from "./records.ts";

/** Fleets of services. */
export function fleetCases(make: () => Promise<Store>): void {
  it("goes through a fleet of services, one fleet at a time in an environment; their rollouts say how they are", async () => {
    const store = await make();
    const { fleets } = store;
    for (const name of ["user", "shop", "cart"]) await store.services.ensure(name);
    const asked = {
      environment: "prod",
      kind: "profile",
      cluster: undefined,
      parallel: 4,
      stopAfter: 1,
      actor: "admin",
    } as const;
    const fleet = await fleets.start(asked, ["shop", "user", "cart"]);
    assert.ok(fleet);
    const { createdAt: _, ...made } = fleet;
    const fresh = { number: 1, status: "running", forgiven: 0, reason: undefined, endedAt: undefined };
    assert.deepEqual(made, { ...asked, ...fresh });
    assert.equal(await fleets.start(asked, ["user"]), undefined);
    assert.equal((await fleets.start({ ...asked, environment: "staging" }, []))?.number, 2);
    const states = async () =>
      (await fleets.services(1)).map(({ service, state, reason }) => [service, state, reason].join(" ").trim());
    assert.deepEqual(await states(), ["shop waiting", "user waiting", "cart waiting"]);

    const shop = await begin(store, "shop", "r1");
    await fleets.begun(1, "shop", shop);
    await fleets.passed(1, "user", "refused", "it breaks a rule");
    assert.deepEqual(await states(), ["shop rolling", "user refused it breaks a rule", "cart waiting"]);
    const command = { type: "abort", supersededBy: 9 } as const;
    const asks = (rollout: number) => store.journal().command(rollout, { id: "in its place", actor: "admin", command });
    const answered = (accepted: boolean) => ({ type: "answered", id: "in its place", command, accepted });
    await asks(shop);
    await fail(store, "shop", shop, [answered(true)]);
    assert.deepEqual((await states())[0], "shop waiting", "another one came in its place");
    for (const [release, answers] of [
      ["too late", [answered(false)]],
      ["never answered", []],
    ] as const) {
      const rollout = await begin(store, "shop", release);
      await fleets.begun(1, "shop", rollout);
      await asks(rollout);
      await fail(store, "shop", rollout, answers);
      assert.match((await states())[0] ?? "", /^shop failed/, `its place was wanted, ${release}`);
    }
    const again = await begin(store, "shop", "r2");
    await fleets.begun(1, "shop", again);
    await fail(store, "shop", again);
    assert.match((await states())[0] ?? "", /^shop failed/);

    assert.equal(await fleets.update(1, ["paused"], { status: "running", reason: undefined }), false);
    assert.equal(await fleets.update(1, ["running"], { status: "halted", reason: "1 failed" }), true);
    assert.equal(await fleets.update(1, ["halted"], { status: "running", reason: undefined, forgiven: 1 }), true);
    assert.deepEqual([(await fleets.get(1))?.forgiven, (await fleets.get(1))?.reason], [1, undefined]);
    assert.deepEqual(
      (await fleets.unfinished()).map(({ number }) => number),
      [1, 2],
    );
    assert.equal(await fleets.update(1, ["running"], { status: "stopped", reason: undefined }), true);
    assert.notEqual((await fleets.get(1))?.endedAt, undefined);
    assert.equal((await fleets.start(asked, ["user"]))?.number, 3);
    assert.deepEqual(
      (await fleets.list({ environment: "prod", limit: 5 })).map(({ number }) => number),
      [3, 1],
    );
  });
}
