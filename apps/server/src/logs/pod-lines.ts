import { setTimeout as pause } from "node:timers/promises";
import type { LogLine } from "@fairway/api";
import { isPod, type Pod } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import type { PooledCluster } from "../clusters/cluster-pool.ts";

/** One container whose log is wanted. */
export interface LogSource {
  readonly pooled: PooledCluster;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly release: string | undefined;
}

export interface LogSelection {
  readonly service: string;
  readonly namespace: string;
  readonly cluster: string | undefined;
  readonly pod: string | undefined;
  /** Whether a pod that carries this release's name is wanted. */
  readonly isWanted: (release: string, cluster: string) => boolean;
}

const serviceLabel = "fairway.dev/service";
const releaseLabel = "fairway.dev/release";
/** Between two looks at a container that has no log now. */
const retryAfter = 1_000;

/** The containers that fit, as the clusters are now. */
export function logSources(clusters: readonly PooledCluster[], selection: LogSelection): readonly LogSource[] {
  const fits = (pod: Pod, cluster: string) =>
    pod.metadata.labels?.[serviceLabel] === selection.service &&
    (selection.pod === undefined || pod.metadata.name === selection.pod) &&
    selection.isWanted(pod.metadata.labels?.[releaseLabel] ?? "", cluster);
  return clusters
    .filter(({ record }) => selection.cluster === undefined || record.name === selection.cluster)
    .flatMap((pooled) =>
      (pooled.link?.namespace(selection.namespace)?.objects ?? [])
        .filter(isPod)
        .filter((pod) => fits(pod, pooled.record.name))
        .flatMap((pod) =>
          (pod.spec?.containers ?? []).map(({ name }) => ({
            pooled,
            namespace: selection.namespace,
            pod: pod.metadata.name,
            container: name,
            release: pod.metadata.labels?.[releaseLabel],
          })),
        ),
    );
}

export function sourceKey({ pooled, pod, container }: LogSource): string {
  return `${pooled.record.name} ${pod} ${container}`;
}

/** The lines that are there now; none when the container has not started, or is gone. Throws `ClusterError` "unreachable". */
export async function* linesOnce(
  source: LogSource,
  options: { readonly previous: boolean; readonly tail: number; readonly follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const { pooled, namespace, pod, container, release } = source;
  if (pooled.link === undefined) return;
  try {
    const lines = pooled.link.cluster.streamLog(
      { namespace, name: pod },
      { container, follow: options.follow, previous: options.previous, tailLines: options.tail, timestamps: true },
      signal,
    );
    for await (const line of lines) {
      const [, at, text = ""] = /^(\d{4}-\d\d-\d\dT\S+) ?(.*)$/s.exec(line) ?? [undefined, undefined, line];
      yield {
        cluster: pooled.record.name,
        pod,
        container,
        ...(release === undefined ? {} : { release }),
        ...(at === undefined ? {} : { at }),
        text,
      };
    }
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code === "unreachable") throw error;
  }
}

/** The lines that are there and those to come, over restarts and lost connections, until `isThere` says no. */
export async function* linesForEver(
  source: LogSource,
  tail: number,
  isThere: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  let last: string | undefined;
  while (!signal.aborted) {
    try {
      // After the first connection everything is asked for that may have been missed.
      const options = { previous: false, follow: true, tail: last === undefined ? tail : 1_000 };
      for await (const line of linesOnce(source, options, signal)) {
        if (last !== undefined && line.at !== undefined && line.at <= last) continue;
        yield line;
        last = line.at ?? last;
      }
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
    }
    if (!isThere()) return;
    await pause(retryAfter, undefined, { signal }).catch(() => {});
  }
}
