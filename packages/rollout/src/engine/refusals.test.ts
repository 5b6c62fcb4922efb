import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scenario } from "../testing/scenario.ts";

describe("engine: refusing", () => {
  it("changes nothing anywhere when one cluster cannot be reached", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    world.cluster("beta").cut();
    const before = JSON.stringify(world.cluster("alpha").objects());
    const result = await world.deploy(engine, "two");
    await engine.stop();
    assert.equal(result.status, "refused");
    assert.deepEqual(
      result.findings.map((one) => [one.cluster, one.code]),
      [["beta", "ClusterUnreachable"]],
    );
    assert.equal(JSON.stringify(world.cluster("alpha").objects()), before);
    assert.deepEqual(await world.active(), { release: "one", slot: "a" });
  });

  it("reports the findings of all clusters at once", async () => {
    const world = scenario(["alpha", "beta", "gamma"]);
    world.release("one");
    world.cluster("alpha").applyAs("kubectl", { apiVersion: "v1", kind: "Namespace", metadata: { name: "user" } });
    world.cluster("beta").cut();
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "refused");
    assert.deepEqual(result.findings.map((one) => [one.cluster, one.code]).toSorted(), [
      ["alpha", "NamespaceForeign"],
      ["beta", "ClusterUnreachable"],
    ]);
    assert.deepEqual(
      result.clusters.map(({ name, phases }) => `${name} ${phases["prepare"]?.status}`),
      ["alpha failed", "beta failed", "gamma done"],
    );
  });

  it("names the field and the manager of a conflict, and an object that no cluster accepts", async () => {
    const world = scenario(["alpha"]);
    world.release("one");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const live = world
      .cluster("alpha")
      .objects("user")
      .find((one) => one.kind === "Service");
    world.cluster("alpha").applyAs("somebody", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "user", namespace: "user", labels: { theirs: "yes" } },
    });
    assert.ok(live);
    const extra = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...live.metadata, labels: { ...live.metadata.labels, theirs: "no" } },
      spec: live["spec"],
    };
    const { managedFields: _, uid: __, resourceVersion: ___, ...metadata } = extra.metadata;
    world.release("two", { extra: [{ ...extra, metadata }] });
    const conflict = await world.deploy(engine, "two");
    assert.equal(conflict.findings[0]?.code, "FieldConflict");
    assert.match(conflict.findings[0]?.message ?? "", /somebody/);
    world.release("three", {
      extra: [
        {
          ...metadataOnly("Deployment", "apps/v1", "other", metadata.labels),
          spec: { replica: 1, selector: {}, template: {} },
        },
      ],
    });
    const invalid = await world.deploy(engine, "three");
    await engine.stop();
    assert.equal(invalid.findings[0]?.code, "InvalidObject");
    world.holds("one");
  });

  it("finds invalid objects also while the namespace does not exist", async () => {
    const world = scenario(["alpha"]);
    world.release("one", {
      extra: [
        { ...metadataOnly("Deployment", "apps/v1", "other", {}), spec: { replica: 1, selector: {}, template: {} } },
      ],
    });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.findings[0]?.code, "InvalidObject");
    world.holds(undefined);
  });

  it("refuses a release that knows nothing of a cluster, an unknown one, and a broken one", async () => {
    const world = scenario();
    world.release("partial", { clusters: ["alpha"] });
    const engine = world.engine("engine-1");
    const partial = await world.deploy(engine, "partial");
    const unknown = await world.deploy(engine, "never-stored");
    world.release("broken", { extra: [{ ...metadataOnly("Deployment", "apps/v1", "other", {}), spec: {} }] });
    const broken = await world.deploy(engine, "broken");
    await engine.stop();
    assert.deepEqual(
      partial.findings.map((one) => [one.cluster, one.code]),
      [["beta", "ReleaseLacksCluster"]],
    );
    assert.equal(unknown.findings[0]?.code, "ReleaseUnknown");
    assert.equal(broken.findings[0]?.code, "ReleaseInvalid");
    world.holds(undefined);
  });
});

function metadataOnly(
  kind: string,
  apiVersion: string,
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
) {
  const own = { ...labels, "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" };
  return { apiVersion, kind, metadata: { name, namespace: "user", labels: own } };
}
