import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KubernetesObject, Volume } from "@fairway/objects";
import { NAMESPACE, startTestCluster, type TestCluster } from "../../testing/test-cluster.ts";

test("a ConfigMap, a Secret and fields become files, with the keys and modes that are asked for", async (t) => {
  const cluster = start(t);
  cluster.apply(configMap({ a: "1", b: "2" }));
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", namespace: NAMESPACE },
    stringData: { k: "hidden" },
  };
  cluster.objects.create("secrets", secret);
  const field = { fieldRef: { fieldPath: "metadata.labels" } };
  cluster.apply(
    pod(
      { name: "plain", configMap: { name: "c" } },
      { name: "picked", configMap: { name: "c", defaultMode: 0o400, items: [{ key: "b", path: "x/y", mode: 0o600 }] } },
      { name: "none", configMap: { name: "absent", optional: true } },
      {
        name: "all",
        projected: {
          sources: [
            { secret: { name: "s" } },
            { configMap: { name: "c", items: [{ key: "a", path: "a" }] } },
            { downwardAPI: { items: [{ path: "labels", ...field }] } },
          ],
        },
      },
    ),
  );
  await cluster.clock.advance(1_000);
  assert.deepEqual(files(cluster, "plain"), { a: "1 644", b: "2 644" });
  assert.deepEqual(files(cluster, "picked"), { "x/y": "2 600" });
  assert.deepEqual(files(cluster, "none"), {});
  assert.deepEqual(files(cluster, "all"), { k: "hidden 644", a: "1 644", labels: 'color="blue" 644' });
  assert.equal(cluster.runtime.running().length, 1);
});

test("files follow their objects", async (t) => {
  const cluster = start(t);
  cluster.apply(configMap({ a: "1" }));
  cluster.apply(pod({ name: "v", configMap: { name: "c" } }));
  await cluster.clock.advance(1_000);
  cluster.apply(configMap({ a: "2", b: "3" }));
  await cluster.clock.advance(100);
  assert.deepEqual(files(cluster, "v"), { a: "2 644", b: "3 644" });
  cluster.objects.remove({ resource: "configmaps", namespace: NAMESPACE, name: "c" });
  await cluster.clock.advance(100);
  assert.deepEqual(files(cluster, "v"), { a: "2 644", b: "3 644" });
});

test("a pod waits for what it mounts, and says so", async (t) => {
  const cluster = start(t);
  cluster.apply(pod({ name: "v", configMap: { name: "c", items: [{ key: "a", path: "a" }] } }));
  await cluster.clock.advance(3_000);
  assert.deepEqual(cluster.runtime.running(), []);
  assert.equal(cluster.pods()[0]?.status?.containerStatuses?.[0]?.state?.waiting?.reason, "ContainerCreating");
  const failed = 'FailedMount: MountVolume.SetUp failed for volume "v" : ';
  assert.ok(cluster.events("Pod").includes(`${failed}configmap "c" not found`));
  cluster.apply(configMap({}));
  await cluster.clock.advance(1_000);
  assert.ok(cluster.events("Pod").includes(`${failed}configmap references non-existent config key: a`));
  cluster.apply(configMap({ a: "1" }));
  await cluster.clock.advance(1_000);
  assert.equal(cluster.runtime.running().length, 1);
});

function start(t: TestContext): TestCluster {
  const cluster = startTestCluster();
  t.after(() => cluster.stop());
  return cluster;
}

function configMap(data: Readonly<Record<string, string>>): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: NAMESPACE }, data };
}

function pod(...volumes: readonly Volume[]): KubernetesObject {
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }));
  const metadata = { name: "p", namespace: NAMESPACE, labels: { color: "blue" } };
  const containers = [{ name: "app", image: "web:1", command: ["node"], volumeMounts }];
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers, volumes } };
}

function files(cluster: TestCluster, volume: string): Record<string, string> | undefined {
  const content = cluster.runtime.volume("p", volume);
  if (content?.kind !== "files") return undefined;
  const shown = [...content.files].map(([path, { data, mode }]) => [path, `${Buffer.from(data)} ${mode.toString(8)}`]);
  return Object.fromEntries(shown);
}
