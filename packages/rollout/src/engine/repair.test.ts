import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment } from "@fairway/objects";
import { scenario } from "../testing/scenario.ts";

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
  const repair = async () => {
    const from = (await s.active())?.release;
    const asked = {
      environment: "prod",
      service: "user",
      from,
      to: from,
      strategy: "rolling",
      actor: "admin",
    } as const;
    return s.ended((await engine.submit({ ...asked, kind: "repair" }, "repair-1")).number);
  };
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

  it("is decided once, as every rollout: where one cluster is away, nothing is taken anywhere", async () => {
    const { s, engine, replicas, repair } = await scaledByHand();
    s.cluster("alpha").cut();
    assert.equal((await repair()).status, "refused");
    assert.equal(replicas(), 5);
    await engine.stop();
  });
});
