import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, isPod, refOf } from "@fairway/objects";
import { scenario, serving } from "../testing/scenario.ts";

/** Fails the test as soon as no pod serves in a cluster that had one. */
function neverSilent(names: ReturnType<typeof scenario>["clusters"]): () => void {
  const stops = names.map((cluster) => {
    const least = serving(cluster) > 0 ? 1 : 0;
    return cluster.onChange(() => assert.ok(serving(cluster) >= least, `${cluster.name} serves`));
  });
  return () => {
    for (const stop of stops) stop();
  };
}

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
    const stop = neverSilent(world.clusters);
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
    const stop = neverSilent(world.clusters);
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
    engine.onChange((number) => {
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
  });
});

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

describe("engine: failing", () => {
  it("restores the former release everywhere when the new one crashes in one cluster", async () => {
    const world = scenario();
    world.release("one", { config: "old" });
    world.release("two", { config: "new" });
    world.cluster("beta").script("two", { kind: "crash", exitCode: 3, log: "starting\nboom: no DATABASE_URL" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const stop = neverSilent(world.clusters);
    const begun = world.clock.now();
    const result = await world.deploy(engine, "two");
    stop();
    await engine.stop();
    assert.equal(result.status, "failed");
    assert.equal(result.reason, "the new release crashes when it starts (CrashLoop in beta)");
    const [cause] = result.causes;
    assert.equal(cause?.code, "CrashLoop");
    assert.equal(cause?.cluster, "beta");
    assert.equal(cause?.exitCode, 3);
    assert.equal(cause?.count, 2);
    assert.deepEqual(cause?.lastLog, ["starting", "boom: no DATABASE_URL"]);
    assert.ok(world.clock.now() - begun < 10_000, "it does not wait for a deadline");
    for (const cluster of result.clusters) assert.equal(cluster.restore?.status, "done");
    assert.equal(result.clusters[1]?.phases["app"]?.status, "failed");
    assert.deepEqual(await world.active(), { release: "one", slot: "a" });
    world.holds("one");
  });

  it("restores also where somebody scaled by hand meanwhile: the old release serves, no cluster is drained", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    for (const cluster of world.clusters) cluster.script("two", { kind: "never-ready" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const { number } = await world.ask(engine, "two");
    const runsTwo = (one: (typeof world.clusters)[number]) =>
      one.objects("user").some((pod) => pod.metadata.labels?.["fairway.dev/release"] === "two" && pod.kind === "Pod");
    await world.clock.run(() => world.clusters.every(runsTwo));
    for (const cluster of world.clusters) {
      const live = cluster.objects("user").find(isDeployment);
      assert.ok(live?.spec);
      cluster.updateAs("kubectl", { ...live, spec: { ...live.spec, replicas: 4 } });
    }
    const result = await world.ended(number);
    await engine.stop();
    assert.equal(result.status, "failed");
    assert.deepEqual([...world.drained], []);
    for (const cluster of result.clusters) assert.equal(cluster.restore?.status, "done");
    assert.match(world.log.join("\n"), /\.spec\.replicas of kubectl/);
    world.holds("one");
    assert.deepEqual(await world.journal.unfinished(), []);
  });

  it("says the limit when the new release runs out of memory", async () => {
    const world = scenario(["alpha"]);
    world.release("one");
    world.cluster("alpha").script("one", { kind: "out-of-memory" });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.causes[0]?.code, "OutOfMemory");
  });

  it("lets one restart pass", async () => {
    const world = scenario();
    world.release("one");
    world.cluster("beta").script("one", { kind: "crash-once", exitCode: 1 });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "succeeded");
  });

  it("does not wait for the back-off of a release that is deployed once more, because what it lacked is there", async () => {
    const world = scenario();
    world.release("one");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const statuses = () =>
      world.clusters
        .flatMap((cluster) => cluster.objects("user").filter(isPod))
        .map(({ status }) => status?.containerStatuses?.[0]);
    for (const cluster of world.clusters) {
      cluster.script("one", { kind: "crash", exitCode: 1 });
      for (const pod of cluster.objects("user").filter(isPod)) await cluster.delete(refOf(pod), {});
    }
    const isLong = (one: ReturnType<typeof statuses>[number]): boolean =>
      one?.state?.waiting !== undefined && one.restartCount >= 5;
    await world.clock.run(() => statuses().length === 4 && statuses().every(isLong), 300_000);
    for (const cluster of world.clusters) cluster.script("one", { kind: "ready" });
    const begun = world.clock.now();
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.ok(world.clock.now() - begun < 10_000, `it took ${world.clock.now() - begun} ms`);
    world.holds("one");
  });

  it("undoes a first rollout that fails", async () => {
    const world = scenario();
    world.release("one");
    world.cluster("beta").script("one", { kind: "crash", exitCode: 1 });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    assert.equal(result.status, "failed");
    assert.equal(await world.active(), undefined);
    world.holds(undefined);
    world.release("two");
    assert.equal((await world.deploy(engine, "two")).status, "succeeded");
    await engine.stop();
    world.holds("two");
  });

  it("gives up on a release that never gets ready at its deadline, and names the check", async () => {
    const world = scenario();
    world.release("one");
    world.release("two", { progressDeadlineSeconds: 60 });
    for (const cluster of world.clusters) cluster.script("two", { kind: "never-ready" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const begun = world.clock.now();
    const result = await world.deploy(engine, "two");
    await engine.stop();
    assert.equal(result.status, "failed");
    assert.deepEqual(
      result.causes.map((one) => [one.cluster, one.code]),
      [
        ["alpha", "ReadinessFailing"],
        ["beta", "ReadinessFailing"],
      ],
    );
    const took = world.clock.now() - begun;
    assert.ok(took >= 60_000 && took < 75_000, `${took} ms`);
    const suspects = (await world.events(result.number)).filter((event) => event.type === "suspect");
    assert.ok(suspects.length >= 2 && suspects.length <= 8, `${suspects.length} suspects in the journal`);
    world.holds("one");
  });

  it("bears a short outage in the middle", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const header = await world.ask(engine, "two");
    await world.clock.run(async () => (await world.events(header.number)).some((event) => event.type === "phase"));
    world.cluster("beta").cut();
    await world.clock.advance(3_000);
    world.cluster("beta").mend();
    assert.equal((await world.ended(header.number)).status, "succeeded");
    await engine.stop();
    world.holds("two");
  });

  it("says that a silent cluster cannot be reached, not how it was before", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.release("three", { deploy: { strategy: "blue-green" } });
    world.cluster("beta").script("two", { kind: "never-ready" });
    // So that a cluster may fall silent before its cleanup is over.
    const engine = world.engine("engine-1", { cluster: { before: async () => world.clock.sleep(100) } });
    await world.deploy(engine, "one");
    const says = async (number: number) => {
      world.cluster("beta").cut();
      await world.clock.advance(6_000);
      const seen = await engine.view(number);
      const beta = seen?.clusters.find(({ name }) => name === "beta");
      assert.deepEqual([beta?.suspect?.code, beta?.reachable], ["ClusterUnreachable", false]);
      world.cluster("beta").mend();
      return { beta, seen };
    };
    const { number } = await world.ask(engine, "two");
    await world.clock.run(
      async () => (await engine.view(number))?.waitsFor?.includes("beta: waiting for readiness") === true,
    );
    const { beta, seen } = await says(number);
    assert.match(beta?.phases["app"]?.detail ?? "", /cannot be reached/);
    assert.match(seen?.waitsFor ?? "", /beta: cannot be reached/);
    await world.command(number, { type: "abort" });
    await world.ended(number);
    const other = await world.ask(engine, "three");
    await world.until(other.number, ({ phase }) => phase === "cleanup");
    await says(other.number);
    assert.equal((await world.ended(other.number)).status, "succeeded");
    await engine.stop();
  });

  it("drains a cluster that is lost on the way, ends, and converges it when it returns", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.cluster("beta").script("two", { kind: "never-ready" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const header = await world.ask(engine, "two");
    await world.clock.run(
      () =>
        world
          .cluster("beta")
          .objects("user")
          .filter((one) => one.kind === "Pod").length === 4,
    );
    world.cluster("beta").cut();
    const result = await world.ended(header.number);
    assert.equal(result.status, "failed");
    assert.equal(result.causes[0]?.code, "ClusterUnreachable");
    assert.deepEqual(
      result.clusters.map((one) => one.converged),
      [true, false],
    );
    assert.deepEqual([...world.drained], ["beta"]);
    world.holds("one", ["alpha"]);
    world.cluster("beta").mend();
    await world.clock.run(async () => (await world.journal.unfinished()).length === 0);
    await engine.stop();
    assert.deepEqual([...world.drained], []);
    assert.equal((await world.viewOf(header.number)).clusters[1]?.converged, true);
    world.holds("one");
  });

  it("converges after a restart of the engine, and to what is active by then", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.cluster("beta").script("two", { kind: "never-ready" });
    const first = world.engine("engine-1");
    await world.deploy(first, "one");
    const header = await world.ask(first, "two");
    await world.clock.run(
      () =>
        world
          .cluster("beta")
          .objects("user")
          .filter((one) => one.kind === "Pod").length === 4,
    );
    world.cluster("beta").cut();
    await world.ended(header.number);
    await first.stop();
    const second = world.engine("engine-2");
    await second.start();
    const refused = await world.deploy(second, "two");
    assert.equal(refused.status, "refused", "a lost cluster refuses the next rollout in prepare");
    world.cluster("beta").mend();
    await world.clock.run(async () => (await world.journal.unfinished()).length === 0);
    await second.stop();
    assert.deepEqual([...world.drained], []);
    world.holds("one");
  });

  it("goes forward only after the commit point: cleanup is made up for later", async () => {
    const world = scenario();
    world.release("one", { config: "a" });
    world.release("two", { config: "b" });
    world.release("three", { config: "c" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    await world.deploy(engine, "two");
    const header = await world.ask(engine, "three");
    await world.clock.run(async () => (await world.events(header.number)).some((event) => event.type === "committed"));
    world.cluster("beta").cut();
    const result = await world.ended(header.number);
    assert.equal(result.status, "succeeded");
    assert.deepEqual([...world.drained], []);
    world.cluster("beta").mend();
    await world.clock.run(async () => (await world.journal.unfinished()).length === 0);
    await engine.stop();
    world.holds("three");
  });

  it("keeps the services apart: trouble of one does not stop another", async () => {
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
    assert.equal(result.status, "succeeded", "it tries again after the journal has failed");
    assert.equal(world.log.length, 1);
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
