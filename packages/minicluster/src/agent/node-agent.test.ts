import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Container, type ContainerStatus, isReady, type Pod, type PodSpec } from "@fairway/objects";
import { NAMESPACE, startTestCluster, type TestCluster, type TestClusterOptions } from "../testing/test-cluster.ts";

test("crash loop: at once, then after 1 s, doubling to 30 s; a long life resets it", async (t) => {
  const starts: number[] = [];
  let lives = 0;
  const cluster = start(t, {
    container() {
      starts.push(cluster.clock.now());
      return { exitAfter: ++lives === 9 ? 61_000 : 0, exitCode: 1 };
    },
  });
  cluster.apply(pod());
  await cluster.clock.advance(240_000);
  const gaps = starts.map((at, index) => (at - (starts[index - 1] ?? at)) / 1000);
  assert.deepEqual(gaps.slice(1, 12), [0, 1, 2, 4, 8, 16, 30, 30, 61, 1, 2]);
  const [status] = statuses(cluster);
  assert.equal(status?.state?.waiting?.reason, "CrashLoopBackOff");
});

test("restartPolicy: Never leaves the pod Failed or Succeeded, OnFailure restarts failures only", async (t) => {
  const cluster = start(t, {
    container: ({ pod: { name }, attempt }) => ({ exitAfter: 10, exitCode: name === "good" || attempt > 0 ? 0 : 4 }),
  });
  cluster.apply(pod({}, { restartPolicy: "Never" }, "bad"));
  cluster.apply(pod({}, { restartPolicy: "Never" }, "good"));
  cluster.apply(pod({}, { restartPolicy: "OnFailure" }, "again"));
  await cluster.clock.advance(10_000);
  const phases = Object.fromEntries(cluster.pods().map(({ metadata, status }) => [metadata.name, status?.phase]));
  assert.deepEqual(phases, { again: "Succeeded", bad: "Failed", good: "Succeeded" });
});

test("an out of memory kill is told from a crash", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 500, outOfMemory: true }) });
  cluster.apply(pod());
  await cluster.clock.advance(2_000);
  const ended = statuses(cluster)[0]?.lastState?.terminated;
  assert.deepEqual([ended?.reason, ended?.exitCode], ["OOMKilled", 137]);
});

test("readiness: thresholds, and events once per period, also when it is asked more often before", async (t) => {
  const cluster = start(t, { container: () => ({ readyAfter: 4_500, unreadyAfter: 20_000 }) });
  const readinessProbe = { tcpSocket: { port: "http" }, periodSeconds: 2, failureThreshold: 2 };
  cluster.apply(pod({ readinessProbe }));
  const changes: number[] = [];
  let ready = false;
  const begun = cluster.clock.now();
  cluster.objects.subscribe(() => {
    const [one] = cluster.pods();
    if (!one || isReady(one) === ready) return;
    ready = !ready;
    changes.push(cluster.clock.now() - begun);
  });
  await cluster.clock.advance(30_000);
  const [up = 0, down = 0] = changes;
  assert.ok(up >= 4_500 && up <= 6_000, `ready after ${up} ms`);
  assert.ok(down >= 22_000 && down <= 24_100, `not ready after ${down} ms: two failures, 2 s apart`);
  const unhealthy = cluster.objects
    .list("events", { namespace: NAMESPACE })
    .filter((event) => event["reason"] === "Unhealthy");
  assert.deepEqual(
    unhealthy.map((event) => event["message"]),
    ["Readiness probe failed: HTTP probe failed with statuscode: 503"],
  );
  assert.ok(Number(unhealthy[0]?.["count"]) <= 8, "2 before it was ready, at most 6 after");
});

test("a startup probe holds liveness off, and kills what does not start in time", async (t) => {
  const cluster = start(t, {
    container: ({ pod: { name } }) => ({ readyAfter: name === "slow" ? 8_000 : "never" }),
  });
  const probe = { httpGet: { port: "http" }, periodSeconds: 1 };
  const probes = { startupProbe: { ...probe, failureThreshold: 10 }, livenessProbe: { ...probe, failureThreshold: 1 } };
  cluster.apply(pod(probes, {}, "slow"));
  cluster.apply(pod(probes, {}, "never"));
  await cluster.clock.advance(9_000);
  assert.deepEqual(
    statuses(cluster, "slow").map(({ started, restartCount }) => [started, restartCount]),
    [[true, 0]],
  );
  assert.equal(statuses(cluster, "never")[0]?.started, false);
  await cluster.clock.advance(3_000);
  assert.equal(statuses(cluster, "never")[0]?.restartCount, 1);
  assert.ok(cluster.events("Pod").includes("Killing: Container app failed startup probe, will be restarted"));
});

test("deletion: preStop, SIGTERM, and SIGKILL when the grace period is over", async (t) => {
  const cluster = start(t, { container: () => ({ stopsAfter: "never" }) });
  const spec = { terminationGracePeriodSeconds: 10 };
  cluster.apply(pod({ lifecycle: { preStop: { sleep: { seconds: 4 } } } }, spec));
  await cluster.clock.advance(1_000);
  const begun = cluster.clock.now();
  cluster.objects.remove({ resource: "pods", namespace: NAMESPACE, name: "web" });
  await cluster.clock.run(() => cluster.pods().length === 0, 20_000);
  const took = cluster.clock.now() - begun;
  assert.ok(took >= 9_000 && took <= 11_000, `took ${took} ms`);
});

test("deletion: one that ends by itself is not waited for; a forced one is gone at once", async (t) => {
  const cluster = start(t, { container: () => ({ stopsAfter: 500 }) });
  cluster.apply(pod());
  cluster.apply(pod({}, {}, "forced"));
  await cluster.clock.advance(1_000);
  cluster.objects.remove({ resource: "pods", namespace: NAMESPACE, name: "web" });
  cluster.objects.remove({ resource: "pods", namespace: NAMESPACE, name: "forced" }, { gracePeriodSeconds: 0 });
  await cluster.clock.advance(600);
  assert.deepEqual([cluster.pods().length, cluster.runtime.running().length], [0, 0]);
});

test("a pull that fails is waited for longer each time and ends when the image is there", async (t) => {
  let there = false;
  const cluster = start(t, { image: () => (there ? { pullTime: 3_000 } : { missing: "web:1: not found" }) });
  cluster.apply(pod());
  await cluster.clock.advance(700);
  assert.equal(statuses(cluster)[0]?.state?.waiting?.reason, "ImagePullBackOff");
  assert.equal(cluster.pods()[0]?.status?.phase, "Pending");
  there = true;
  await cluster.clock.run(() => statuses(cluster)[0]?.state?.running !== undefined, 10_000);
  assert.ok(
    cluster.events("Pod").some((event) => event.startsWith('Pulled: Successfully pulled image "web:1" in 3000ms')),
  );
});

test("init containers run one after the other before the others", async (t) => {
  const order: string[] = [];
  const cluster = start(t, {
    container({ container }) {
      order.push(container);
      return container === "app" ? {} : { exitAfter: 1_000, exitCode: 0 };
    },
  });
  const init = (name: string): Container => ({ name, image: "web:1", command: ["node"] });
  cluster.apply(pod({}, { initContainers: [init("first"), init("second")] }));
  await cluster.clock.advance(1_500);
  assert.deepEqual([order, cluster.pods()[0]?.status?.phase], [["first", "second"], "Pending"]);
  await cluster.clock.advance(1_000);
  assert.deepEqual([order.at(-1), cluster.pods()[0]?.status?.phase], ["app", "Running"]);
});

function pod(container: Partial<Container> = {}, spec: Partial<PodSpec> = {}, name = "web"): Pod {
  const ports = [{ name: "http", containerPort: 8080 }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: NAMESPACE },
    spec: { containers: [{ name: "app", image: "web:1", command: ["node", "."], ports, ...container }], ...spec },
  };
}

function statuses(cluster: TestCluster, name = "web"): readonly ContainerStatus[] {
  return cluster.pods().find(({ metadata }) => metadata.name === name)?.status?.containerStatuses ?? [];
}

function start(t: TestContext, options: TestClusterOptions = {}): TestCluster {
  const cluster = startTestCluster(options);
  t.after(() => cluster.stop());
  return cluster;
}
