import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { KubernetesObject } from "@fairway/objects";
import type { KubernetesCluster } from "../harness/start-kubernetes.ts";
import type { Place } from "./broken.ts";
import { other } from "./workload.ts";

let spaces = 0;

/** Applies the objects of a case in a namespace of its own, the workload (the last one) when the rules beside it hold. */
export async function applyCase(
  cluster: KubernetesCluster,
  common: Omit<Place, "namespace">,
  objects: (place: Place) => readonly KubernetesObject[],
): Promise<{ readonly place: Place; readonly since: number }> {
  spaces += 1;
  const place = { ...common, namespace: `n${spaces}` };
  const put = (some: readonly KubernetesObject[]) => applyObjects(cluster, some);
  await put([other("v1", "Namespace", place.namespace, undefined, {})]);
  const account = `/api/v1/namespaces/${place.namespace}/serviceaccounts/default`;
  while ((await cluster.client.request("GET", account)).code !== 200) await pause(50);
  const all = objects(place);
  const rules = all.filter(({ kind }) => ruling.has(kind));
  const workload = all.at(-1);
  await put(all.slice(0, -1));
  if (rules.length > 0 && workload !== undefined) await untilRuled(cluster, place, workload);
  await put(all.slice(-1));
  return { place, since: Date.now() };
}

/** Kinds that hold a moment after they are stored. */
const ruling = new Set([
  "ResourceQuota",
  "LimitRange",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicyBinding",
]);

async function untilRuled(
  { client }: KubernetesCluster,
  { namespace }: Place,
  workload: KubernetesObject,
): Promise<void> {
  const { spec }: { spec?: { template?: { spec?: unknown } } } = JSON.parse(JSON.stringify(workload));
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "try", namespace }, spec: spec?.template?.spec };
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  while ((await client.request("POST", path, { body: pod })).code < 400) await pause(100);
}

/** Server-side apply, one after the other. */
export async function applyObjects({ client }: KubernetesCluster, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    const prefix = object.apiVersion === "v1" ? "/api/v1" : `/apis/${object.apiVersion}`;
    const plural = object.kind.endsWith("y") ? `${object.kind.slice(0, -1)}ies` : `${object.kind}s`;
    const resource = plural.toLowerCase().replace(/classs$/, "classes");
    const path = `${prefix}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${resource}/${name}`;
    const { code, text } = await client.request("PATCH", `${path}?fieldManager=test&force=true`, {
      body: object,
      contentType: "application/apply-patch+yaml",
    });
    assert.ok(code < 300, `${path}: ${code} ${text}`);
  }
}
