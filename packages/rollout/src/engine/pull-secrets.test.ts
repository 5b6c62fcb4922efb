import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSecret } from "@fairway/objects";
import { ClusterError } from "../ports.ts";
import { type Scenario, scenario } from "../testing/scenario.ts";

/** What the pull secret in a cluster says; undefined: there is none. */
function content(world: Scenario, cluster: string): string | undefined {
  const secret = world.cluster(cluster).objects("user").find(isSecret);
  const value = secret?.data?.[".dockerconfigjson"];
  return value === undefined ? undefined : Buffer.from(value, "base64").toString();
}

/** Refuses to read Secrets, as an account with the least rights is refused. */
const blind = {
  before: ({ cluster, method, kind }: { cluster: string; method: string; kind?: string }) => {
    if (kind === "Secret" && method !== "apply" && method !== "delete")
      throw new ClusterError("forbidden", cluster, `may not ${method} secrets`);
  },
};

describe("engine: pull secrets", () => {
  it("are there before anything that needs them, and are never read", async () => {
    const world = scenario();
    world.release("one");
    world.credentials.current = "s3cret";
    const order: string[] = [];
    const { before } = blind;
    const engine = world.engine("engine-1", {
      cluster: {
        before: (call) => {
          before(call);
          if (call.cluster === "alpha" && call.method === "apply" && call.writes) order.push(call.kind ?? "");
        },
      },
    });
    const result = await world.deploy(engine, "one");
    assert.equal(result.status, "succeeded");
    assert.deepEqual(order.slice(0, 3), ["Namespace", "Secret", "ServiceAccount"]);
    assert.equal(content(world, "beta"), "s3cret");
    world.holds("one");
    const written = JSON.stringify([await world.events(result.number), result, world.log]);
    const encoded = Buffer.from("s3cret").toString("base64");
    assert.doesNotMatch(written, new RegExp(`s3cret|${encoded}`), "neither journal nor view nor log has the content");
    const others = world.clusters.flatMap((one) => one.objects("user")).filter((one) => !isSecret(one));
    assert.doesNotMatch(JSON.stringify(others), new RegExp(`s3cret|${encoded}`), "nor has the inventory");
    assert.equal((await world.deploy(engine, undefined)).status, "succeeded");
    await engine.stop();
    world.holds(undefined);
  });

  it("change with the next rollout, and go when none are needed", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    const engine = world.engine("engine-1", { cluster: blind });
    world.credentials.current = "old";
    await world.deploy(engine, "one");
    world.credentials.current = "new";
    const secret = world.cluster("beta").objects("user").find(isSecret);
    assert.ok(secret);
    world.cluster("beta").updateAs("kubectl-edit", { ...secret, data: { ".dockerconfigjson": "bWluZQ==" } });
    assert.equal((await world.deploy(engine, "two")).status, "succeeded");
    assert.match(world.log.join(), /Secret\/fairway-registry of user is set again/);
    assert.deepEqual([content(world, "alpha"), content(world, "beta")], ["new", "new"]);
    world.credentials.current = undefined;
    assert.equal((await world.deploy(engine, "one")).status, "succeeded");
    await engine.stop();
    assert.equal(content(world, "alpha"), undefined);
    world.holds("one");
  });

  it("come with a restored release too, set again where somebody edited them", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.cluster("beta").script("two", { kind: "crash", exitCode: 1 });
    const alpha = world.cluster("alpha");
    let edit = (): void => undefined;
    const engine = world.engine("engine-1", {
      cluster: {
        before: (call) => {
          blind.before(call);
          if (call.kind === "Deployment" && call.method === "apply" && call.writes) edit();
        },
      },
    });
    world.credentials.current = "old";
    await world.deploy(engine, "one");
    const secret = alpha.objects("user").find(isSecret);
    assert.ok(secret);
    // While the rollout goes on, its init phase done.
    edit = () => {
      world.credentials.current = "new";
      alpha.updateAs("kubectl-edit", { ...secret, data: { ".dockerconfigjson": "bWluZQ==" } });
      edit = () => undefined;
    };
    const { number } = await world.ask(engine, "two");
    assert.equal((await world.ended(number)).status, "failed");
    await engine.stop();
    assert.deepEqual([content(world, "alpha"), content(world, "beta")], ["new", "new"]);
    world.holds("one");
  });

  it("that cannot be had refuse the rollout before anything is changed, but no removal", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.credentials.current = "s3cret";
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    world.credentials.failure = "the file registries/main/docker-config.json is not there";
    const result = await world.deploy(engine, "two");
    assert.equal(result.status, "refused");
    assert.match(result.findings[0]?.message ?? "", /docker-config\.json is not there/);
    world.holds("one");
    assert.equal((await world.deploy(engine, undefined)).status, "succeeded");
    await engine.stop();
    world.holds(undefined);
  });
});
