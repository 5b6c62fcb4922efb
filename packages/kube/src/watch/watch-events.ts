import { type KubernetesObject, parseObject } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { field, textField } from "../http/json-field.ts";
import { parseStatus, statusError } from "../http/status-error.ts";
import { collectionPath } from "../objects/api-path.ts";
import { type Selection, selectors } from "../objects/list-objects.ts";
import { readLines } from "./read-lines.ts";

/** An object may have 1.5 MB in etcd; its JSON is longer. */
const longestLine = 16 * 1024 * 1024;

/** `OPENED` comes first, before anything of the API's; `BOOKMARK` only moves the version on. */
export type WatchEvent =
  | { readonly type: "OPENED" }
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubernetesObject }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/**
 * One watch request from `resourceVersion` on; ends when the API ends it or the connection breaks, which is the same to
 * one who watches on from the newest version seen. Throws `ClusterError` when the watch cannot be had (the one of an
 * expired version is recognized by `isExpired`), or the signal's reason.
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
  );
  const overdue = setTimeout(() => response.destroy(new Error("the watch outlived its end")), (seconds + 10) * 1000);
  try {
    yield { type: "OPENED" };
    for await (const line of readLines(response, longestLine)) {
      if (line !== "") yield parseEvent(client.cluster, of, line);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ClusterError) throw error;
  } finally {
    clearTimeout(overdue);
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
