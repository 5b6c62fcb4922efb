import type { Cause } from "@fairway/api";
import { type ContainerLog, diagnose, type Subject, wantedLogLines, wantsLogs } from "@fairway/diagnosis";
import type { PooledCluster } from "../clusters/cluster-pool.ts";

/** A service and where it lives. */
export interface Placed {
  readonly service: string;
  readonly namespace: string;
}

/** A service in one cluster, for diagnosis; undefined when nothing of it was seen there. */
export function subjectIn(
  { record, link }: PooledCluster,
  { service, namespace }: Placed,
  now: number,
): Subject | undefined {
  const seen = link?.namespace(namespace);
  if (seen === undefined) return undefined;
  return { cluster: record.name, namespace, service, objects: seen.objects, events: seen.events, now };
}

/** What is wrong in each cluster, with the logs that say more, as far as they come before the signal aborts. */
export async function serviceCauses(
  clusters: readonly PooledCluster[],
  placed: Placed,
  now: number,
  signal: AbortSignal,
): Promise<Cause[]> {
  const found = await Promise.all(
    clusters.map(async (pooled) => {
      const subject = subjectIn(pooled, placed, now);
      if (subject === undefined || diagnose(subject).length === 0) return [];
      return diagnose({ ...subject, logs: await logsFor(subject, pooled, signal) });
    }),
  );
  return found.flat().map(({ lastLog, ...cause }) => ({ ...cause, ...(lastLog ? { lastLog: [...lastLog] } : {}) }));
}

async function logsFor(
  subject: Subject,
  { link, stopped }: PooledCluster,
  signal: AbortSignal,
): Promise<ContainerLog[]> {
  // Nobody waits for the log of a cluster that is known not to answer.
  if (stopped || link?.status().reachable !== true) return [];
  const logs = await Promise.all(
    wantsLogs(subject).map(async ({ pod, container, previous }) => {
      const text = await link?.cluster
        .log({ namespace: subject.namespace, name: pod }, { container, previous, tailLines: wantedLogLines }, signal)
        .catch(() => undefined);
      return text === undefined ? [] : [{ pod, container, previous, text }];
    }),
  );
  return logs.flat();
}
