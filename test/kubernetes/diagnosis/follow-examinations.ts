import { setTimeout as pause } from "node:timers/promises";
import {
  type ContainerLog,
  type Examination,
  examine,
  type Subject,
  type WantedLog,
  wantedLogLines,
  wantsLogs,
} from "@fairway/diagnosis";
import type { ConnectedCluster } from "@fairway/kube";
import type { KubernetesObject } from "@fairway/objects";
import type { Observation } from "@fairway/rollout";

/** What all cases are called: nothing in an object may tell what is wrong with it. */
export const service = "web";
export const release = "r1";

/** How often it is looked, in milliseconds; the engine looks as often. */
const pace = 500;
const patience = 150_000;

/** A namespace as it is followed, until `enough` says so; then the last answer. */
export async function watchUntil<T>(
  cluster: ConnectedCluster,
  namespace: string,
  look: (seen: Observation) => Promise<T | undefined>,
  vain: () => string,
): Promise<T> {
  const stop = new AbortController();
  let newest: Observation | undefined;
  const following = (async () => {
    for await (const seen of cluster.follow(namespace, stop.signal)) newest = seen;
  })();
  const deadline = Date.now() + patience;
  try {
    for (;;) {
      const answer = newest === undefined ? undefined : await look(newest);
      if (answer !== undefined) return answer;
      if (Date.now() > deadline) throw new Error(`waited in vain in ${namespace}: ${vain()}`);
      await Promise.race([pause(pace), following]);
    }
  } finally {
    stop.abort();
    await following.catch(() => undefined);
  }
}

/**
 * Examines as the engine does: with the logs that would say more, when there is more than something to wait for.
 *
 * @param more what the cluster has and nobody follows
 */
export async function examineSeen(
  cluster: ConnectedCluster,
  { namespace, objects, events }: Observation,
  { since, more = [] }: { readonly since: number; readonly more?: readonly KubernetesObject[] },
): Promise<Examination> {
  const subject: Subject = {
    cluster: cluster.name,
    ...{ namespace, service, release, since, events },
    objects: [...objects, ...more],
    now: Date.now(),
  };
  const first = examine(subject);
  if (!first.causes.some(({ severity }) => severity !== "transient")) return first;
  return examine({ ...subject, logs: await readLogs(cluster, namespace, wantsLogs(subject)) });
}

export async function readLogs(
  cluster: ConnectedCluster,
  namespace: string,
  wanted: readonly WantedLog[],
): Promise<readonly ContainerLog[]> {
  const logs = wanted.map(async ({ pod, container, previous }): Promise<readonly ContainerLog[]> => {
    const of = { container, previous, tailLines: wantedLogLines };
    const text = await cluster.log({ namespace, name: pod }, of).catch(() => undefined);
    return text === undefined ? [] : [{ pod, container, previous, text }];
  });
  return (await Promise.all(logs)).flat();
}
