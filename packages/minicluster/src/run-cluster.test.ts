import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { isDeployment, isPod, isReady, type Pod } from "@fairway/objects";
import { NAMESPACE, type ProcessCluster, server, startProcessCluster, workload } from "./testing/process-cluster.ts";

test("a service comes up: its own port, its variables and nothing of ours, reached by Host", async (t) => {
  process.env["FAIRWAY_TEST_TOKEN"] = "secret";
  t.after(() => delete process.env["FAIRWAY_TEST_TOKEN"]);
  const cluster = await startProcessCluster(t);
  cluster.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "web-1", namespace: NAMESPACE },
    data: { GREETING: "hello" },
  });
  const env = [
    { name: "PORT", value: "8080" },
    { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "SENTENCE", value: "$(GREETING) world" },
  ];
  const image = cluster.image(server("hi"));
  for (const object of workload(image, { envFrom: [{ configMapRef: { name: "web-1" } }], env })) cluster.apply(object);
  const pod = await ready(cluster);
  assert.equal((await cluster.get("/")).body, "hi");
  const seen = JSON.parse((await cluster.get("/env")).body);
  assert.deepEqual([seen.GREETING, seen.SENTENCE, seen.POD], ["hello", "hello world", pod.metadata.name]);
  assert.equal(seen.PORT, pod.metadata.annotations?.["fairway.dev/port"]);
  assert.notEqual(seen.PORT, "8080");
  assert.equal(seen.PATH, process.env["PATH"]);
  assert.ok(seen.HOME.startsWith(cluster.directory) && seen.TMPDIR.startsWith(cluster.directory));
  assert.deepEqual(
    Object.keys(seen).filter((name) => /FAIRWAY|NODE_TEST|npm_/i.test(name)),
    [],
  );
  assert.equal(await cluster.log(pod.metadata.name), "listening\n");
  for (const event of [
    `Pulling: Pulling image "${image}"`,
    "Created: Container created",
    "Started: Container started",
    `Scheduled: Successfully assigned web/${pod.metadata.name} to alpha`,
  ]) {
    assert.ok(cluster.events().includes(event), event);
  }
  assert.equal((await cluster.get("/", "other.localhost")).status, 404);
  assert.deepEqual(cluster.messages, []);
});

test("a rolling update under constant requests: no request fails, the new release answers", async (t) => {
  const cluster = await startProcessCluster(t);
  for (const object of workload(cluster.image(server("1")), {}, { replicas: 2 })) cluster.apply(object);
  await rolledOut(cluster);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const [host = "", port = ""] = cluster.running.ingressAddress.split(":");
  const statuses: Record<string, number> = {};
  let running = true;
  const load = Array.from({ length: 4 }, async (_, index) => {
    while (running) {
      const method = index % 2 === 0 ? "GET" : "POST";
      const status = await new Promise<string>((resolve) => {
        const options = { host, port, method, agent, headers: { Host: "web.localhost" } };
        const request = httpRequest(options, (response: IncomingMessage) => {
          response.resume();
          response.on("end", () => resolve(String(response.statusCode)));
          response.on("error", () => resolve("broken"));
        });
        request.on("error", (error) => resolve(error.message));
        request.end(method === "POST" ? "body" : undefined);
      });
      statuses[status] = (statuses[status] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  for (const version of ["2", "3"]) {
    for (const object of workload(cluster.image(server(version)), {}, { replicas: 2 })) cluster.apply(object);
    await rolledOut(cluster);
    assert.equal((await cluster.get("/")).body, version);
  }
  running = false;
  await Promise.all(load);
  assert.deepEqual(Object.keys(statuses), ["200"]);
  await cluster.until(() => cluster.pods().length === 2, "the old pods are gone");
});

test("a crash loop: exit code, back-off, events, the log of the run before", async (t) => {
  const cluster = await startProcessCluster(t);
  const program = `console.log("starting"); console.error("no database"); process.exitCode = 3;`;
  for (const object of workload(cluster.image(program))) cluster.apply(object);
  const pod = await cluster.until(
    () =>
      cluster.pods().find((one) => {
        const status = one.status?.containerStatuses?.[0];
        return status?.state?.waiting?.reason === "CrashLoopBackOff" && status.restartCount >= 2;
      }),
    "CrashLoopBackOff",
  );
  const status = pod.status?.containerStatuses?.[0];
  const { name, uid } = pod.metadata;
  assert.equal(status?.lastState?.terminated?.exitCode, 3);
  assert.equal(status?.lastState?.terminated?.reason, "Error");
  assert.ok(status?.lastState?.terminated?.finishedAt);
  assert.equal(
    status?.state?.waiting?.message,
    `back-off 0.2s restarting failed container=app pod=${name}_web(${uid})`,
  );
  assert.ok(cluster.events().includes(`BackOff: Back-off restarting failed container app in pod ${name}_web(${uid})`));
  assert.equal(await cluster.log(name, { previous: true }), "starting\nno database\n");
  assert.equal(pod.status?.phase, "Running");
});

test("a process that outgrows its memory limit is OOMKilled", async (t) => {
  const cluster = await startProcessCluster(t);
  const program = `const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 5);`;
  const resources = { limits: { memory: "96Mi" } };
  for (const object of workload(cluster.image(program), { resources })) cluster.apply(object);
  const ended = await cluster.until(
    () => cluster.pods()[0]?.status?.containerStatuses?.[0]?.lastState?.terminated,
    "it was killed",
  );
  assert.deepEqual([ended.reason, ended.exitCode], ["OOMKilled", 137]);
});

test("a service that never gets ready gets no request, and the event says what the probe saw", async (t) => {
  const cluster = await startProcessCluster(t);
  const program = `require("node:http").createServer((_, r) => { r.statusCode = 500; r.end(); }).listen(process.env.PORT);`;
  const readinessProbe = { httpGet: { path: "/ready", port: "http" }, periodSeconds: 1, failureThreshold: 1 };
  for (const object of workload(cluster.image(program), { readinessProbe })) cluster.apply(object);
  await cluster.until(
    () => cluster.events().includes("Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500"),
    "Unhealthy",
  );
  const [pod] = cluster.pods();
  assert.equal(pod && isReady(pod), false);
  assert.equal(
    pod?.status?.conditions?.find(({ type }) => type === "Ready")?.message,
    "containers with unready status: [app]",
  );
  assert.deepEqual((await cluster.get("/")).reason, "no-endpoints");
});

test("a failing liveness probe restarts the container", async (t) => {
  const cluster = await startProcessCluster(t);
  const program = `
    const until = Date.now() + 600;
    require("node:http").createServer((_, r) => { r.statusCode = Date.now() < until ? 200 : 503; r.end(); }).listen(process.env.PORT);`;
  const livenessProbe = {
    httpGet: { path: "/", port: "http" },
    periodSeconds: 1,
    failureThreshold: 1,
    initialDelaySeconds: 1,
  };
  for (const object of workload(cluster.image(program), { livenessProbe, lifecycle: {} })) cluster.apply(object);
  const [pod] = await cluster.until(
    () => cluster.pods().some((one) => (one.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0) && cluster.pods(),
    "it was restarted",
  );
  assert.ok(cluster.events().includes("Killing: Container app failed liveness probe, will be restarted"));
  assert.ok(cluster.events().includes("Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503"));
  assert.equal(pod?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 143);
});

test("images that cannot be had, a missing ConfigMap and a missing program are waited for in the kubelet's words", async (t) => {
  const cluster = await startProcessCluster(t);
  const gone = `snapshot.fairway.dev/web@sha256:${"0".repeat(64)}`;
  const good = cluster.image(server("hi"));
  const cases = {
    missing: workload(gone),
    invalid: workload("Not An Image"),
    config: workload(good, { envFrom: [{ configMapRef: { name: "nowhere" } }] }),
    program: workload(good, { command: ["no-such-program"] }),
    "null-byte": workload(good, { env: [{ name: "KEY", value: "s3cret\0" }] }),
  };
  for (const [name, [deployment]] of Object.entries(cases)) {
    assert.ok(deployment && isDeployment(deployment) && deployment.spec);
    const labels = { "fairway.dev/service": name };
    const template = { ...deployment.spec.template, metadata: { labels } };
    cluster.apply({
      ...deployment,
      metadata: { name, namespace: NAMESPACE },
      spec: { ...deployment.spec, selector: { matchLabels: labels }, template },
    });
  }
  const state = (service: string) =>
    cluster.pods().find(({ metadata }) => metadata.labels?.["fairway.dev/service"] === service)?.status
      ?.containerStatuses?.[0];
  const waits = (service: string, reason: string) =>
    cluster.until(() => {
      const waiting = state(service)?.state?.waiting;
      return waiting?.reason === reason ? (waiting.message ?? "") : undefined;
    }, `${service}: ${reason}`);
  assert.match(await waits("missing", "ErrImagePull"), /^failed to pull and unpack image ".*: not found$/);
  assert.match(await waits("missing", "ImagePullBackOff"), /^Back-off pulling image ".*": ErrImagePull: /);
  assert.match(await waits("invalid", "InvalidImageName"), /invalid reference format$/);
  assert.equal(await waits("config", "CreateContainerConfigError"), 'configmap "nowhere" not found');
  await waits("program", "CrashLoopBackOff");
  const ended = state("program")?.lastState?.terminated;
  assert.deepEqual(
    [ended?.reason, ended?.exitCode, ended?.message],
    ["StartError", 128, 'exec: "no-such-program": executable file not found in $PATH'],
  );
  await waits("null-byte", "CrashLoopBackOff");
  const refused = state("null-byte")?.lastState?.terminated;
  assert.match(refused?.message ?? "", /a null byte in the command or in a variable$/);
  for (const event of [`BackOff: Back-off pulling image "${gone}"`, "Failed: Error: ImagePullBackOff"]) {
    assert.ok(cluster.events().includes(event), event);
  }
  cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "nowhere", namespace: NAMESPACE }, data: {} });
  await cluster.until(() => state("config")?.ready, "the ConfigMap is there now");
});

test("deletion: out of the gateway at once, preStop, SIGTERM, then gone; one that ignores SIGTERM is killed", async (t) => {
  const cluster = await startProcessCluster(t);
  const stubborn = `process.on("SIGTERM", () => {}); require("node:http").createServer((_, r) => r.end("hi")).listen(process.env.PORT);`;
  const [deployment, service] = workload(cluster.image(stubborn), { lifecycle: {} });
  assert.ok(deployment && service);
  cluster.apply(deployment);
  cluster.apply(service);
  const pod = await ready(cluster);
  cluster.objects.remove(
    { resource: "deployments", namespace: NAMESPACE, name: "web-a" },
    { propagationPolicy: "Foreground" },
  );
  await cluster.until(
    () =>
      cluster.objects
        .list("endpointslices", { namespace: NAMESPACE })
        .every((slice) => !JSON.stringify(slice).includes('"ready":true')),
    "no endpoint is ready",
  );
  assert.equal(alive(pod, cluster), true);
  await cluster.until(() => cluster.pods().length === 0, "the pod is gone");
  await cluster.until(
    () => cluster.objects.get({ resource: "deployments", namespace: NAMESPACE, name: "web-a" }) === undefined,
    "the Deployment is gone",
  );
  assert.ok(cluster.events().includes("Killing: Stopping container app"));
  assert.equal(cluster.running.usage().length, 0);
});

test("a namespace that is deleted takes everything with it", async (t) => {
  const cluster = await startProcessCluster(t);
  for (const object of workload(cluster.image(server("hi")))) cluster.apply(object);
  await ready(cluster);
  cluster.objects.remove({ resource: "namespaces", name: NAMESPACE });
  await cluster.until(
    () => cluster.objects.get({ resource: "namespaces", name: NAMESPACE }) === undefined,
    "it is gone",
  );
  assert.equal(cluster.running.usage().length, 0);
});

test("a pod that no node has room for waits and says so", async (t) => {
  const cluster = await startProcessCluster(t);
  const image = cluster.image(server("hi"));
  for (const object of workload(image, { resources: { requests: { memory: "900Ti" } } })) cluster.apply(object);
  const message = "0/1 nodes are available: 1 Insufficient memory.";
  await cluster.until(() => cluster.events().includes(`FailedScheduling: ${message}`), "FailedScheduling");
  const condition = cluster.pods()[0]?.status?.conditions?.find(({ type }) => type === "PodScheduled");
  assert.deepEqual([condition?.status, condition?.reason, condition?.message], ["False", "Unschedulable", message]);
});

test("each numbered service has a listener of its own", async (t) => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  probe.close();
  const cluster = await startProcessCluster(t, { addressBase: port - 7 });
  const [deployment, service] = workload(cluster.image(server("hi")));
  assert.ok(deployment && service);
  cluster.apply(deployment);
  cluster.apply({ ...service, metadata: { ...service.metadata, annotations: { "fairway.dev/number": "7" } } });
  await ready(cluster);
  const body = await cluster.until(async () => (await fetch(`http://127.0.0.1:${port}/`)).text(), "it answers");
  assert.equal(await body, "hi");
});

test("after a restart the objects are back and the same pods run again", async (t) => {
  const cluster = await startProcessCluster(t);
  for (const object of workload(cluster.image(server("hi")))) cluster.apply(object);
  const before = await ready(cluster);
  await cluster.restart();
  const after = await ready(cluster);
  assert.equal(after.metadata.uid, before.metadata.uid);
  assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 1);
  assert.equal((await cluster.get("/")).body, "hi");
  assert.match(await cluster.log(after.metadata.name, { previous: true }), /^listening\n/);
});

function alive(pod: Pod, cluster: ProcessCluster): boolean {
  return cluster.running.usage().some((one) => one.pod === pod.metadata.name);
}

function ready(cluster: ProcessCluster): Promise<Pod> {
  return cluster.until(
    () =>
      cluster.pods().find((pod) => isPod(pod) && isReady(pod)) &&
      JSON.stringify(cluster.objects.list("endpointslices", { namespace: NAMESPACE })).includes('"ready":true') &&
      cluster.pods().find(isReady),
    "a pod is ready",
  );
}

function rolledOut(cluster: ProcessCluster): Promise<boolean> {
  return cluster.until(() => {
    const found = cluster.objects.get({ resource: "deployments", namespace: NAMESPACE, name: "web-a" });
    if (!found || !isDeployment(found)) return false;
    const { status, spec, metadata } = found;
    return (
      status?.observedGeneration === metadata.generation &&
      status?.updatedReplicas === spec?.replicas &&
      status?.replicas === spec?.replicas &&
      status?.availableReplicas === spec?.replicas
    );
  }, "rolled out");
}
