import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, isPod, isService } from "@fairway/objects";
import { watchRequests } from "../testing/data-path.ts";
import { scenario } from "../testing/scenario.ts";

const asRepair = { kind: "repair", strategy: "rolling" } as const;

/** Two clusters on release `one`; somebody has set another number of replicas in one of them. */
async function scaledByHand() {
  const s = scenario();
  s.release("one");
  const engine = s.engine("a");
  await s.deploy(engine, "one");
  const live = s.cluster("beta").objects("user").find(isDeployment);
  assert.ok(live?.spec);
  s.cluster("beta").updateAs("kubectl-edit", { ...live, spec: { ...live.spec, replicas: 5 } });
  const replicas = () => s.cluster("beta").objects("user").find(isDeployment)?.spec?.replicas;
  const repair = () => s.deploy(engine, "one", asRepair);
  return { s, engine, replicas, repair };
}

describe("a repair", () => {
  it("is a rollout of the active release that takes fields back where a deploy is refused", async () => {
    const { s, engine, replicas, repair } = await scaledByHand();
    const refused = await s.deploy(engine, "one");
    assert.equal(refused.status, "refused");
    assert.match(refused.findings[0]?.message ?? "", /\.spec\.replicas.*kubectl-edit/);
    assert.equal(replicas(), 5);
    const repaired = await repair();
    assert.equal(repaired.status, "succeeded");
    assert.equal(repaired.kind, "repair");
    assert.equal(replicas(), 2);
    s.holds("one");
    await engine.stop();
  });

  it("leads requests over only when pods can take them, where somebody, or a backup, has led them elsewhere", async () => {
    const s = scenario();
    s.release("one");
    s.release("two", { deploy: { strategy: "blue-green" } });
    const engine = s.engine("a");
    await s.deploy(engine, "one");
    const beta = s.cluster("beta");
    const before = beta.objects("user").filter((one) => isDeployment(one) || isService(one));
    await s.deploy(engine, "two");
    s.holds("two");
    // As it was with release one: its pods, and the Service that leads to them.
    const settled = () => beta.objects("user").filter(isPod).length === 4;
    for (const { metadata, ...object } of before.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))) {
      const { uid: _, resourceVersion: __, managedFields: ___, ...rest } = metadata;
      beta.updateAs("backup", { ...object, metadata: rest });
      await s.clock.run(settled);
      await s.clock.advance(5_000);
    }
    await beta.delete({ apiVersion: "apps/v1", kind: "Deployment", namespace: "user", name: "user-b" }, {});
    await s.clock.advance(30_000);
    const end = watchRequests([beta]);
    assert.equal((await s.deploy(engine, "two", asRepair)).status, "succeeded");
    end();
    s.holds("two");
    await engine.stop();
  });

  it("is decided once, as every rollout: where one cluster is away, nothing is taken anywhere", async () => {
    const { s, engine, replicas, repair } = await scaledByHand();
    s.cluster("alpha").cut();
    assert.equal((await repair()).status, "refused");
    assert.equal(replicas(), 5);
    await engine.stop();
  });
});
