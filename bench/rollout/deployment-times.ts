import type { KubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import { type Deployment, healthOf, isDeployment, parseObject } from "@fairway/objects";

/** One change of a Deployment, as a client of its own sees it: when somebody wrote it, and when all of its pods were new and available. */
export interface Change {
  /** Both by `performance.now()`. */
  readonly written: number;
  readonly complete: number;
}

/** Follows a Deployment from outside, whoever changes it. Gives what waits for the first change from now on, and for its completion. */
export async function nextChange(
  client: KubernetesClient,
  of: { readonly namespace: string; readonly name: string },
): Promise<() => Promise<Change>> {
  const at = `/apis/apps/v1/namespaces/${of.namespace}/deployments`;
  const { body } = await client.request("GET", `${at}?limit=1`);
  const { resourceVersion } = Object(body["metadata"]);
  const query = `watch=true&fieldSelector=metadata.name%3D${of.name}&resourceVersion=${resourceVersion}`;
  const { events, close } = await client.watch(`${at}?${query}`);
  const follow = async (): Promise<Change> => {
    let [generation, written] = [0, 0];
    for await (const { object } of events) {
      const parsed = parseObject(object);
      if (!parsed.ok || !isDeployment(parsed.object)) continue;
      const now = performance.now();
      const seen = parsed.object.metadata.generation ?? 0;
      // What pods of before still do is no change.
      if (generation !== 0 && seen !== generation) written = now;
      if (written === 0 && isNew(parsed.object)) written = now;
      generation = seen;
      if (written > 0 && isComplete(parsed.object)) return { written, complete: now };
    }
    throw new Error(`the watch of ${of.name} has ended`);
  };
  const change = follow().finally(close);
  change.catch(() => {});
  return () => change;
}

/** The controller has not seen it yet. */
function isNew({ metadata, status }: Deployment): boolean {
  return metadata.generation !== status?.observedGeneration;
}

function isComplete(deployment: Deployment): boolean {
  return !isNew(deployment) && healthOf(deployment).status === "Current";
}
