import type { Clock } from "../clock/clock.ts";
import { childOf, copyOf, isObject, type JsonObject, toJson } from "../json.ts";
import { apiVersionOf, type Kind } from "../registry/kind.ts";
import { expired } from "../status.ts";
import type { ObjectStore, StoredChange } from "../store/object-store.ts";
import type { ApiResponse } from "./api-exchange.ts";

export interface WatchOptions {
  readonly kind: Kind;
  /** "" watches all namespaces. */
  readonly namespace: string;
  matches(object: JsonObject): boolean;
  /** The object as the client wants it. */
  represent(object: JsonObject): JsonObject;
  /** Where to start; "" and "0" start with everything that is there. */
  readonly resourceVersion: string;
  /** Start with everything, and say by a bookmark when that is done. */
  readonly sendInitialEvents: boolean;
  readonly bookmarks: boolean;
  readonly timeoutSeconds: number;
}

/** Bytes that may wait for a client before it is cut; it comes back with the version that it saw last. */
const maxBacklog = 8 * 1024 * 1024;
const bookmarkEvery = 60_000;

/** Streams changes to a client until its time is over, it leaves, or it is too slow. */
export function serveWatch(store: ObjectStore, clock: Clock, response: ApiResponse, options: WatchOptions): void {
  const { kind, namespace } = options;
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  // The header goes out at once: an empty watch is open, not pending.
  response.flushHeaders();

  const send = (type: string, object: JsonObject) => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > maxBacklog) stop(true);
  };
  const bookmark = (annotations?: JsonObject) => {
    send("BOOKMARK", {
      kind: kind.kind,
      apiVersion: apiVersionOf(kind),
      metadata: { resourceVersion: String(store.version()), ...(annotations === undefined ? {} : { annotations }) },
    });
  };
  const inScope = (object: JsonObject) =>
    (namespace === "" || (isObject(object["metadata"]) && object["metadata"]["namespace"] === namespace)) &&
    options.matches(object);
  const tell = (change: StoredChange) => {
    if (change.resource !== kind.resource) return;
    const before = change.previous !== undefined && inScope(change.previous);
    const after = change.type !== "DELETED" && inScope(change.object);
    if (after) {
      send(before ? "MODIFIED" : "ADDED", options.represent(change.object));
    } else if (before && change.previous !== undefined) {
      // What leaves the selection is told as it was in it, with the version of the change.
      const last = copyOf(change.previous);
      childOf(last, "metadata")["resourceVersion"] = String(change.version);
      send("DELETED", options.represent(change.type === "DELETED" ? change.object : last));
    }
  };

  let unsubscribe = () => {};
  let cancelEnd = () => {};
  let cancelBookmark = () => {};
  function stop(cut: boolean): void {
    unsubscribe();
    cancelEnd();
    cancelBookmark();
    if (cut) response.destroy();
    else response.end();
  }

  const fromNow = options.resourceVersion === "" || options.resourceVersion === "0";
  if (fromNow || options.sendInitialEvents) {
    for (const object of store.list(kind.resource, namespace === "" ? undefined : namespace)) {
      if (inScope(object)) send("ADDED", options.represent(object));
    }
    if (options.sendInitialEvents) bookmark({ "k8s.io/initial-events-end": "true" });
  } else {
    const version = Number(options.resourceVersion);
    // A version of the future comes from a state that was lost: the client must list again.
    const missed = version <= store.version() ? store.since(version) : undefined;
    if (missed === undefined) {
      const message = `too old resource version: ${options.resourceVersion} (${store.version()})`;
      const status = toJson(expired(message).status);
      if (isObject(status)) send("ERROR", status);
      response.end();
      return;
    }
    for (const change of missed) tell(change);
  }
  unsubscribe = store.onChange(tell);
  cancelEnd = clock.after(options.timeoutSeconds * 1000, () => {
    if (options.bookmarks) bookmark();
    stop(false);
  });
  const bookmarkLater = () => {
    cancelBookmark = clock.after(bookmarkEvery, () => {
      bookmarkLater();
      bookmark();
    });
  };
  if (options.bookmarks) bookmarkLater();
  response.on("close", () => stop(false));
  if (response.destroyed) stop(true);
}
