import type { Cluster } from "@fairway/rollout";
import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import type { ApiRequest } from "../http/transport.ts";
import { readLines } from "../watch/read-lines.ts";

/** Of a log that explains a failure; the API cuts there. */
const explainingBytes = 1024 * 1024;
/** A longer line comes in pieces, in characters. */
const longestLine = 64 * 1024;

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

export interface StreamLogOptions {
  readonly container: string;
  /** Goes on while the container runs. */
  readonly follow?: boolean;
  /** The container's run before this one. */
  readonly previous?: boolean;
  /** Begins so many lines before the end; all lines when undefined. */
  readonly tailLines?: number;
  /** Each line begins with its RFC 3339 time and a space. */
  readonly timestamps?: boolean;
}

/** `Cluster.log`: undefined too when the pod is gone, or its container has not started. */
export function readLog(client: ApiClient): Cluster["log"] {
  return async (pod, { container, previous = false, tailLines }, signal) => {
    const request = logRequest(pod, {
      container,
      previous: String(previous),
      tailLines: String(tailLines),
      limitBytes: String(explainingBytes),
    });
    try {
      const text = await client.text(request, { repeatable: true, signal });
      return text === "" ? undefined : text;
    } catch (error) {
      // 400: "previous terminated container not found", "container is waiting to start".
      if (error instanceof ClusterError && (error.code === "not-found" || error.code === "invalid")) return undefined;
      throw error;
    }
  };
}

/**
 * Lines of a container's log, as they come. Ends with the log, or without an error when `signal` aborts. Throws
 * `ClusterError`: `not-found` for a pod that is gone, `invalid` for a container that has not started, `unreachable` also when a
 * stream breaks off.
 */
export async function* streamLog(
  client: ApiClient,
  pod: PodName,
  options: StreamLogOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { container, follow, previous, tailLines, timestamps } = options;
  const request = logRequest(pod, {
    container,
    follow: follow === undefined ? undefined : String(follow),
    previous: previous === undefined ? undefined : String(previous),
    tailLines: tailLines === undefined ? undefined : String(tailLines),
    timestamps: timestamps === undefined ? undefined : String(timestamps),
  });
  try {
    const response = await client.stream(request, signal);
    try {
      yield* readLines(response.body, longestLine);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof ClusterError) throw error;
    throw new ClusterError("unreachable", client.cluster, `the log of ${pod.name} broke off`, { cause: error });
  }
}

function logRequest(pod: PodName, query: NonNullable<ApiRequest["query"]>): ApiRequest {
  const [namespace, name] = [pod.namespace, pod.name].map(encodeURIComponent);
  return { method: "GET", path: `/api/v1/namespaces/${namespace}/pods/${name}/log`, query, accept: "text/plain, */*" };
}
