import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { at, isObject, stringsAt } from "../json.ts";
import { ApiError } from "../status.ts";
import { NAMESPACE, startTestCluster, type TestCluster } from "../testing/test-cluster.ts";

test("a quota counts what is there and refuses what goes beyond it", async (t) => {
  const cluster = await withQuota(t, {
    pods: "2",
    "requests.cpu": "1",
    "limits.memory": "1Gi",
    "count/jobs.batch": "0",
  });
  cluster.apply(pod("a", { requests: { cpu: "600m" }, limits: { memory: "512Mi" } }));
  assert.deepEqual(used(cluster), {
    "count/jobs.batch": "0",
    "limits.memory": "512Mi",
    pods: "1",
    "requests.cpu": "600m",
  });
  assert.equal(
    refusal(cluster, pod("b", { requests: { cpu: "500m" }, limits: { memory: "600Mi" } })),
    'pods "b" is forbidden: exceeded quota: all, requested: limits.memory=600Mi,requests.cpu=500m, used: limits.memory=512Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
  );
  cluster.apply(pod("b", { requests: { cpu: "400m" }, limits: { memory: "512Mi" } }));
  assert.equal(used(cluster)["limits.memory"], "1Gi");
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "once", namespace: NAMESPACE },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "app", image: "web:1" }] } } },
  };
  assert.equal(
    refusal(cluster, job),
    'jobs.batch "once" is forbidden: exceeded quota: all, requested: count/jobs.batch=1, used: count/jobs.batch=0, limited: count/jobs.batch=0',
  );
});

test("a quota for processors or memory demands that containers say theirs", async (t) => {
  const cluster = await withQuota(t, { "limits.cpu": "2", memory: "1Gi" });
  assert.equal(
    refusal(cluster, pod("a", { requests: { cpu: "100m" } })),
    'pods "a" is forbidden: failed quota: all: must specify limits.cpu for: app; memory for: app',
  );
});

test("what is deleted or has ended does not count any more", async (t) => {
  const cluster = await withQuota(t, { pods: "1", "count/pods": "5", configmaps: "2" });
  // The namespace's own ConfigMap is there only with a certificate.
  for (const name of ["one", "two"]) cluster.apply(configMap(name));
  assert.match(
    refusal(cluster, configMap("three")),
    /^configmaps "three" is forbidden: exceeded quota: all, requested: configmaps=1, used: configmaps=2, limited: configmaps=2$/,
  );
  cluster.objects.remove({ resource: "configmaps", namespace: NAMESPACE, name: "one" });
  cluster.apply({ ...pod("a"), spec: { ...spec(), restartPolicy: "Never" } });
  await cluster.clock.run(() => used(cluster)["pods"] === "0", 20_000);
  assert.deepEqual(used(cluster), { configmaps: "1", "count/pods": "1", pods: "0" });
});

test("a dry run and another namespace use nothing", async (t) => {
  const cluster = await withQuota(t, { pods: "1" });
  cluster.objects.create("pods", pod("a"), { dryRun: true });
  assert.equal(used(cluster)["pods"], "0");
  cluster.apply(pod("a"));
  assert.throws(() => cluster.objects.create("pods", pod("b"), { dryRun: true }), /exceeded quota/);
});

test("a limit range fills in what containers leave out, and holds them to its bounds", (t) => {
  const cluster = start(t);
  cluster.apply({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "bounds", namespace: NAMESPACE },
    spec: {
      limits: [
        { type: "Container", min: { cpu: "50m" }, max: { cpu: "1", memory: "1Gi" }, defaultRequest: { cpu: "100m" } },
        { type: "Pod", max: { cpu: "1500m" } },
      ],
    },
  });
  cluster.apply(pod("a", { limits: { cpu: "500m" } }));
  const stored = cluster.objects.get({ resource: "pods", namespace: NAMESPACE, name: "a" });
  assert.ok(stored && isObject(stored));
  assert.deepEqual(at(stored, "spec", "containers", 0, "resources"), {
    limits: { cpu: "500m", memory: "1Gi" },
    requests: { cpu: "500m", memory: "1Gi" },
  });
  assert.equal(
    stored.metadata.annotations?.["kubernetes.io/limit-ranger"],
    "LimitRanger plugin set: memory request for container app; memory limit for container app",
  );
  const message = refusal(cluster, pod("b", { requests: { cpu: "10m" }, limits: { cpu: "2" } }));
  assert.equal(
    message,
    'pods "b" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, maximum cpu usage per Container is 1, but limit is 2, maximum cpu usage per Pod is 1500m, but limit is 2]',
  );
});

function start(t: TestContext): TestCluster {
  const cluster = startTestCluster({ container: () => ({ exitAfter: 1_000, exitCode: 0 }) });
  t.after(() => cluster.stop());
  return cluster;
}

async function withQuota(t: TestContext, hard: Readonly<Record<string, string>>): Promise<TestCluster> {
  const cluster = start(t);
  const metadata = { name: "all", namespace: NAMESPACE };
  cluster.apply({ apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard } });
  await cluster.clock.run(() => Object.keys(used(cluster)).length > 0, 1_000);
  return cluster;
}

function used(cluster: TestCluster): Record<string, string> {
  const quota = cluster.objects.get({ resource: "resourcequotas", namespace: NAMESPACE, name: "all" });
  return quota && isObject(quota) ? stringsAt(quota, "status", "used") : {};
}

function refusal(cluster: TestCluster, object: KubernetesObject): string {
  try {
    cluster.apply(object);
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return error.message;
    throw error;
  }
  return "allowed";
}

function spec(resources: Readonly<Record<string, unknown>> = {}) {
  return { containers: [{ name: "app", image: "web:1", command: ["node"], resources }] };
}

function pod(name: string, resources: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: NAMESPACE }, spec: spec(resources) };
}

function configMap(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACE } };
}
