/** The Cluster port over a kubeconfig, against an embedded cluster in this process, with a line between them that can be cut. */
import assert from "node:assert/strict";
import { request } from "node:https";
import { after, describe, it } from "node:test";
import { connectCluster } from "@fairway/kube";
import { type KubernetesObject, kindInfo } from "@fairway/objects";
import type { Observation } from "@fairway/rollout";
import { clusterContract } from "@fairway/rollout/cluster.contract";
import { openLine } from "../open-line.ts";
import { startCluster } from "./start-cluster.ts";

const { minicluster, kubeconfig, close } = await startCluster();
after(close);

for (const whole of [false, true]) {
  clusterContract(`kube on a minicluster${whole ? ", which is followed as a whole too" : ""}`, async () => {
    const line = await openLine(minicluster.apiUrl);
    const cluster = await connectCluster({
      name: "alpha",
      kubeconfig: kubeconfig.replace(minicluster.apiUrl, line.url),
      probeMilliseconds: 500,
    });
    if (whole) cluster.watchCluster({ observed: () => undefined, status: () => undefined });
    return {
      cluster,
      applyAs,
      cut: line.cut,
      mend: line.mend,
      close: async () => {
        cluster.close();
        await line.cut();
      },
    };
  });
}

describe("the view of a cluster", { timeout: 60_000 }, () => {
  it("shows what of Fairway is in it, and when it cannot be seen", async () => {
    const line = await openLine(minicluster.apiUrl);
    const cluster = await connectCluster({
      name: "alpha",
      kubeconfig: kubeconfig.replace(minicluster.apiUrl, line.url),
      firstWaitMilliseconds: 20,
      probeMilliseconds: 500,
    });
    const seen = new Map<string, Observation>();
    let told = Promise.withResolvers<void>();
    const note = () => {
      told.resolve();
      told = Promise.withResolvers();
    };
    const watch = cluster.watchCluster({
      observed: (observation) => {
        seen.set(observation.namespace, observation);
        note();
      },
      status: note,
    });
    const until = async (condition: () => boolean) => {
      while (!condition()) await told.promise;
    };
    try {
      await until(() => watch.status().reachable);
      assert.equal(watch.status().nodes, 1);
      assert.deepEqual(watch.status().missingPermissions, []);
      const labels = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "viewed" };
      await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "viewed", labels } });
      await applyAs("somebody", { apiVersion: "v1", kind: "Namespace", metadata: { name: "foreign" } });
      const selector = { "fairway.dev/service": "viewed", "fairway.dev/slot": "a" };
      const metadata = { name: "viewed-a", namespace: "viewed", labels: { ...labels, ...selector } };
      const image = `snapshot.fairway.dev/viewed@sha256:${"0".repeat(64)}`;
      await cluster.apply({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: {
          selector: { matchLabels: selector },
          template: {
            metadata: { labels: { ...labels, ...selector } },
            spec: { containers: [{ name: "app", image, ports: [{ name: "http", containerPort: 8080 }] }] },
          },
        },
      });
      await cluster.apply({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "viewed", namespace: "viewed", labels },
        spec: { selector, ports: [{ name: "http", port: 80, targetPort: "http" }] },
      });
      const kinds = () => new Set(seen.get("viewed")?.objects.map((one) => one.kind));
      const expected = ["Namespace", "Deployment", "ReplicaSet", "Pod", "Service", "EndpointSlice"];
      await until(() => expected.every((kind) => kinds().has(kind)) && (seen.get("viewed")?.events.length ?? 0) > 0);
      assert.equal(seen.has("foreign"), false);

      await line.cut();
      await until(() => !watch.status().reachable);
      assert.ok(watch.status().lastSeenAt);
      await line.mend();
      await until(() => watch.status().reachable);
      const space = await cluster.get({ apiVersion: "v1", kind: "Namespace", name: "viewed" });
      assert.ok(space?.metadata.uid);
      await cluster.delete({ apiVersion: "v1", kind: "Namespace", name: "viewed" }, { uid: space.metadata.uid });
      await until(() => seen.get("viewed")?.objects.length === 0);
    } finally {
      watch.stop();
      cluster.close();
      await line.cut();
    }
  });
});

/** Server-side apply by another field manager, by nothing of ours. */
async function applyAs(manager: string, object: KubernetesObject): Promise<void> {
  const { namespace, name } = object.metadata;
  const inside = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const path = `/api/v1${inside}/${kindInfo(object)?.resource}/${name}?fieldManager=${manager}`;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const outgoing = request(
      new URL(path, minicluster.apiUrl),
      {
        method: "PATCH",
        ca: Buffer.from(credential("certificate-authority-data"), "base64"),
        headers: {
          authorization: `Bearer ${credential("token")}`,
          "content-type": "application/apply-patch+yaml",
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify(object));
  });
  assert.ok(status === 200 || status === 201, `the other manager's apply is answered with ${status}`);
}

function credential(key: string): string {
  return new RegExp(`"?${key}"?: "?([^"\\s]+)"?`).exec(kubeconfig)?.[1] ?? assert.fail(`no ${key} in the kubeconfig`);
}
