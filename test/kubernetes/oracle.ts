/** What must hold in real clusters when a rollout is over; asked of the API itself, past everything that Fairway says. */
import assert from "node:assert/strict";
import { releaseLabel, slotLabel } from "@fairway/manifests";
import { isPod, type KubernetesObject, kindRegistry, parseObject } from "@fairway/objects";
import { checkAtRest } from "@fairway/rollout/testing";
import type { KubernetesCluster } from "./harness/start-kubernetes.ts";

/** A service as it must be in every cluster. */
export interface Decided {
  /** With this one service in it. */
  readonly namespace: string;
  /** As its pods are labelled (`fairway.dev/release`); undefined: the service was removed. */
  readonly release: string | undefined;
}

/** What controllers and nodes may still have to do when the engine is done: pods go away, a Deployment's status follows. */
const patience = 60_000;

/**
 * Every cluster is on the release, and on no other; its inventory equals what lives; there is no orphan; the Service leads to the
 * release's pods. Throws what does not hold within a minute.
 */
export async function allAtRest(clusters: readonly KubernetesCluster[], decided: Decided): Promise<void> {
  await Promise.all(clusters.map((cluster) => atRest(cluster, decided)));
}

async function atRest(cluster: KubernetesCluster, decided: Decided): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      const objects = await stored(cluster, decided.namespace);
      checkAtRest(cluster.name, objects, decided);
      const others = objects
        .filter((one) => isPod(one) && one.metadata.labels?.[slotLabel] !== undefined)
        .map(({ metadata }) => metadata.labels?.[releaseLabel])
        .filter((release) => release !== decided.release);
      assert.deepEqual(others, [], `${cluster.name}: no pods of other releases`);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Whatever of our kinds the cluster has there, and the Namespace. */
async function stored({ name, client }: KubernetesCluster, namespace: string): Promise<readonly KubernetesObject[]> {
  const kinds = kindRegistry.filter(({ kind, namespaced }) => namespaced && kind !== "Event" && kind !== "Lease");
  const paths = kinds.map(({ apiVersion, kind, resource }) => {
    const api = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return { apiVersion, kind, path: `${api}/namespaces/${namespace}/${resource}` };
  });
  const space = { apiVersion: "v1", kind: "Namespace", path: `/api/v1/namespaces/${namespace}` };
  const found = await Promise.all(
    [space, ...paths].map(async ({ path, ...of }) => {
      const { code, body, text } = await client.request("GET", path);
      // No such namespace, or a kind that this cluster does not have.
      if (code === 404) return [];
      assert.equal(code, 200, `${name}: GET ${path}: ${text}`);
      const items: readonly unknown[] = Array.isArray(body["items"]) ? body["items"] : [body];
      return items.map((item) => {
        const parsed = parseObject(item, of);
        if (!parsed.ok) throw new Error(`${name}: ${path}: ${parsed.issue.path} ${parsed.issue.message}`);
        return parsed.object;
      });
    }),
  );
  return found.flat();
}
