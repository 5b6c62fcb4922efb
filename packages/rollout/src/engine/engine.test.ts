import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { watchRequests } from "../testing/data-path.ts";
import { scenario } from "../testing/scenario.ts";

describe("engine: deploying", () => {
  it("brings a first release to all clusters", async () => {
    const world = scenario();
    world.release("one");
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    assert.equal(result.status, "succeeded");
    assert.deepEqual(await world.active(), { release: "one", slot: "a" });
    for (const cluster of result.clusters) {
      assert.equal(cluster.converged, true);
      assert.equal(cluster.phases["app"]?.status, "done");
      assert.equal(cluster.phases["app"]?.detail, "2/2");
      assert.equal(cluster.phases["db"]?.status, "skipped");
      assert.equal(cluster.phases["cleanup"]?.status, "done");
    }
    await engine.stop();
    world.holds("one");
    assert.deepEqual(await world.journal.unfinished(), []);
    assert.deepEqual(world.log, []);
    const written = (await world.events(result.number)).map((event) => event.type);
    assert.ok(written.length <= 16, `few journal entries: ${written.join(" ")}`);
  });

  it("replaces a release without a moment without pods, and cleans up behind it", async () => {
    const world = scenario();
    world.release("one", { config: "old" });
    world.release("two", { config: "new" });
    world.release("three", { config: "newest" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const stop = watchRequests(world.clusters);
    await world.deploy(engine, "two");
    const result = await world.deploy(engine, "three");
    stop();
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.equal(result.from, "two");
    world.holds("three");
    const configs = world
      .cluster("alpha")
      .objects("user")
      .filter((one) => one.kind === "ConfigMap");
    assert.deepEqual(configs.map((one) => one.metadata.name).toSorted(), [
      "fairway-inventory",
      "user-new",
      "user-newest",
    ]);
  });

  it("waits for no pod that is in no slot: a cron's run goes on, whatever release it is of", async () => {
    const world = scenario();
    const policy = (ingress: readonly object[]) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: {
        name: "user",
        namespace: "user",
        labels: { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" },
      },
      spec: { podSelector: {}, ingress },
    });
    world.release("one", { extra: [policy([{}])] });
    // It lets less in, which waits for pods that may still answer.
    world.release("two", { extra: [policy([])] });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    for (const release of ["one", "two"]) {
      world.cluster("alpha").applyAs("cron", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: `nightly-${release}`,
          namespace: "user",
          labels: {
            "app.kubernetes.io/managed-by": "fairway",
            "fairway.dev/service": "user",
            "fairway.dev/release": release,
          },
        },
        status: { phase: "Running" },
      });
    }
    const before = world.clock.now();
    const result = await world.deploy(engine, "two");
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.equal(result.clusters[0]?.phases["app"]?.detail, "2/2");
    assert.ok(world.clock.now() - before < 60_000, `${world.clock.now() - before} ms`);
  });

  it("begins app nowhere before prepare and init are done everywhere", async () => {
    const world = scenario();
    world.release("one");
    const order: string[] = [];
    const engine = world.engine("engine-1", {
      cluster: {
        async before({ cluster, method, writes }) {
          if (method === "check" && cluster === "beta") await world.clock.sleep(3_000);
          if (writes) order.push(cluster);
        },
        after: ({ cluster, method }) => void (method === "check" && order.push(`checked ${cluster}`)),
      },
    });
    await world.deploy(engine, "one");
    await engine.stop();
    const firstWrite = order.findIndex((one) => !one.startsWith("checked"));
    assert.deepEqual(order.slice(0, firstWrite).toSorted(), ["checked alpha", "checked beta"]);
    const events = await world.events(1);
    const at = (type: string, phase: string) =>
      events.findLastIndex((one) => one.type === type && "phase" in one && one.phase === phase);
    for (const [before, after] of [
      ["prepare", "init"],
      ["init", "app"],
    ] as const) {
      assert.ok(at("done", before) < at("phase", after));
    }
  });

  it("succeeds without restarting a pod when the same release is deployed again", async () => {
    const world = scenario();
    world.release("one");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const pods = () => world.clusters.flatMap((one) => one.objects("user").filter((object) => object.kind === "Pod"));
    const before = pods().map((pod) => pod.metadata.uid);
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.deepEqual(
      pods().map((pod) => pod.metadata.uid),
      before,
    );
    world.holds("one");
  });

  it("goes back to an older release as to any other", async () => {
    const world = scenario();
    world.release("one", { config: "old" });
    world.release("two", { config: "new" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    await world.deploy(engine, "two");
    const stop = watchRequests(world.clusters);
    const result = await world.deploy(engine, "one");
    stop();
    await engine.stop();
    assert.equal(result.status, "succeeded");
    world.holds("one");
  });

  it("takes rollouts of a service one after the other, by what is active when their turn comes", async () => {
    const world = scenario();
    for (const name of ["one", "two", "three"]) world.release(name);
    const engine = world.engine("engine-1");
    const headers = [];
    for (const name of ["one", "two", "three"]) headers.push(await world.ask(engine, name));
    for (const header of headers) await world.ended(header.number);
    await engine.stop();
    assert.equal((await world.viewOf(3)).from, "two");
    world.holds("three");
  });

  it("removes everything of a service, the namespace too", async () => {
    const world = scenario();
    world.release("one");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const result = await world.deploy(engine, undefined);
    assert.equal(result.status, "succeeded");
    assert.equal(await world.active(), undefined);
    world.holds(undefined);
    assert.equal((await world.deploy(engine, "one")).status, "succeeded");
    await engine.stop();
    world.holds("one");
  });

  it("tells of changes while it drives, with live pods", async () => {
    const world = scenario(["alpha"]);
    world.release("one");
    const engine = world.engine("engine-1");
    const seen: string[] = [];
    const pending: Promise<void>[] = [];
    let ends = 0;
    engine.onChange((number, ended) => {
      if (ended) ends += 1;
      pending.push(
        engine.view(number).then((now) => {
          for (const pod of now?.clusters[0]?.pods ?? []) seen.push(`${pod.phase} ${pod.ready} ${pod.release}`);
        }),
      );
    });
    await world.deploy(engine, "one");
    await Promise.all(pending);
    await engine.stop();
    assert.ok(seen.includes("Running false one"));
    assert.ok(seen.includes("Running true one"));
    assert.equal(ends, 1);
  });

  it("tries again after the journal has failed", async () => {
    const world = scenario();
    world.release("one");
    const engine = world.engine("engine-1", {
      journal: {
        before: (call) => {
          if (call === "active" && !world.log.some((line) => line.includes("no luck"))) throw new Error("no luck");
        },
      },
    });
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.equal(world.log.length, 1);
  });

  it("keeps the services apart: trouble of one does not stop another", async () => {
    const world = scenario();
    world.release("one");
    const engine = world.engine("engine-1", {
      through: {
        journal: (journal) => ({
          ...journal,
          async active(environment, service) {
            if (service === "billing") throw new Error("no luck");
            return journal.active(environment, service);
          },
        }),
      },
    });
    const asked = { environment: "prod", from: undefined, to: "one", strategy: "rolling", actor: "admin" } as const;
    const { number } = await engine.submit({ ...asked, service: "billing", kind: "deploy" }, "billing-1");
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.deepEqual(await world.events(number), []);
    assert.ok(world.log.length > 0);
    assert.ok(world.log.every((line) => line.startsWith("billing in prod: ")));
  });
});
