import { type KubernetesObject, parseObject } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { field, textField } from "../http/json-field.ts";
import { parseStatus, statusError } from "../http/status-error.ts";
import { collectionPath } from "../objects/api-path.ts";
import { type Selection, selectors } from "../objects/list-objects.ts";
import { later } from "../system-time.ts";
import { readLines } from "./read-lines.ts";

/** An object may have 1.5 MB in etcd; its JSON is longer. */
const longestLine = 16 * 1024 * 1024;
/** Clocks differ, in milliseconds. */
const tolerance = 1_000;

/**
 * `OPENED` comes first, before anything of the API's; `BOOKMARK` only moves the version on; `TIMEOUT` comes last when the
 * watch lasted as long as it was to last.
 */
export type WatchEvent =
  | { readonly type: "OPENED" }
  | { readonly type: "TIMEOUT" }
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubernetesObject }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/**
 * One watch request from `resourceVersion` on. Ends without `TIMEOUT` when it ended early or broke: then the API may be
 * another one by now, with another history, and the version may mean nothing to it. Throws `ClusterError` when the watch
 * cannot be had (the one of an expired version is recognized by `isExpired`), or the signal's reason.
 *
 * @param seconds After how long the API shall end it, so that a connection that died silently is noticed.
 */
export async function* watchEvents(
  client: ApiClient,
  of: Selection,
  resourceVersion: string,
  seconds: number,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const response = await client.stream(
    {
      method: "GET",
      path: collectionPath(of.kind, of.namespace),
      query: {
        ...selectors(of),
        watch: "true",
        allowWatchBookmarks: "true",
        resourceVersion,
        timeoutSeconds: String(seconds),
      },
    },
    signal,
    1,
  );
  const { time } = client;
  const end = time.elapsed() + seconds * 1000 - tolerance;
  const cancelOverdue = later(time, (seconds + 10) * 1000, () =>
    response.destroy(new Error("the watch outlived its end")),
  );
  try {
    yield { type: "OPENED" };
    for await (const line of readLines(response.body, longestLine)) {
      if (line !== "") yield parseEvent(client.cluster, of, line);
    }
    if (response.isComplete() && time.elapsed() >= end) yield { type: "TIMEOUT" };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ClusterError) throw error;
  } finally {
    cancelOverdue();
    response.destroy();
  }
}

function parseEvent(cluster: string, of: Selection, line: string): WatchEvent {
  const event = parseJson(line);
  const type = textField(event, "type");
  const object = field(event, "object");
  if (type === "BOOKMARK") return { type, resourceVersion: textField(field(object, "metadata"), "resourceVersion") };
  if (type === "ERROR") {
    const code = field(object, "code");
    throw statusError(cluster, parseStatus(typeof code === "number" ? code : 500, JSON.stringify(object)));
  }
  const parsed = parseObject(object, { apiVersion: of.kind.apiVersion, kind: of.kind.kind });
  if ((type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED") || !parsed.ok)
    throw new ClusterError("unknown", cluster, `the watch of ${of.kind.resource} sends what is no event`);
  return { type, object: parsed.object };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
