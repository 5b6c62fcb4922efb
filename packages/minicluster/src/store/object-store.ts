import { freeze, isObject, type JsonObject, textAt } from "../json.ts";
import { openWriteAheadLog, type WriteAheadLog } from "./write-ahead-log.ts";

/** One stored write. Objects in it are frozen. */
export interface StoredChange {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: string;
  /** After the change; for DELETED the last state, with the deletion's resourceVersion. */
  readonly object: JsonObject;
  /** Before the change; watches with a selector need it. */
  readonly previous: JsonObject | undefined;
}

/** Versioned objects, in memory and on disk. Knows nothing of kinds. */
export interface ObjectStore {
  /** The newest resourceVersion. */
  version(): number;
  get(resource: string, namespace: string, name: string): JsonObject | undefined;
  /** In order of namespace, then name. */
  list(resource: string, namespace?: string): readonly JsonObject[];
  /** Stores the object under the next resourceVersion; the store owns it from then on. */
  put(resource: string, object: JsonObject): StoredChange;
  delete(resource: string, namespace: string, name: string): StoredChange | undefined;
  /** Changes after `version`, oldest first; undefined when the kept history does not reach back to it. */
  since(version: number): readonly StoredChange[] | undefined;
  /** Called after each write in order, also for writes made by listeners. */
  onChange(listener: (change: StoredChange) => void): () => void;
  /** Everything as it is now. */
  snapshot(): StoreSnapshot;
  /**
   * Goes back to a snapshot, versions too, as etcd does when a backup is restored: changes since then are forgotten, and listeners
   * are told what is different. Only in memory.
   */
  restore(snapshot: StoreSnapshot): void;
  close(): void;
}

export interface StoreSnapshot {
  readonly version: number;
  readonly objects: readonly { readonly resource: string; readonly object: JsonObject }[];
}

export interface ObjectStoreOptions {
  /** Where the state lies; without it everything is in memory only. */
  readonly directory?: string | undefined;
  /** Changes kept for watches that start in the past. */
  readonly historyLimit?: number;
  /** Bytes of JSON that those changes may have together; counted where there is a directory. */
  readonly historyBytes?: number;
  /** The log is folded into a snapshot when it is this long, in bytes. */
  readonly compactAfter?: number;
  /** A listener that throws must not fail the write. */
  readonly onListenerError?: (error: unknown) => void;
}

type Bucket = Map<string, NamedObjects>;

/** The objects of a resource in a namespace. */
interface NamedObjects extends Map<string, JsonObject> {
  /** Their names in order; undefined since one was added or went. */
  sortedNames?: readonly string[] | undefined;
}

/** Opens the store; throws `StateCorrupt` when the files are damaged elsewhere than at their torn end. */
export function openObjectStore(options: ObjectStoreOptions): ObjectStore {
  const historyLimit = options.historyLimit ?? 10_000;
  const historyBytes = options.historyBytes ?? 64_000_000;
  const compactAfter = options.compactAfter ?? 16_000_000;
  const onListenerError =
    options.onListenerError ?? ((error) => console.error("a listener of the store failed:", error));
  const buckets = new Map<string, Bucket>();
  let version = 0;
  let history: StoredChange[] = [];
  /** Bytes of each change in the history. */
  let sizes: number[] = [];
  let historySize = 0;
  /** Watches may start at this version or later. */
  let oldest = 0;
  let log: WriteAheadLog | undefined;
  let closed = false;
  /** Another list with each that comes or goes, so that a change is told to those of its moment. */
  let listeners: readonly ((change: StoredChange) => void)[] = [];
  const pending: StoredChange[] = [];
  let notifying = false;

  function set(resource: string, object: JsonObject): JsonObject | undefined {
    const { namespace, name } = keyOf(object);
    const bucket: Bucket = buckets.get(resource) ?? new Map();
    buckets.set(resource, bucket);
    const inNamespace: NamedObjects = bucket.get(namespace) ?? new Map();
    bucket.set(namespace, inNamespace);
    const previous = inNamespace.get(name);
    if (previous === undefined) inNamespace.sortedNames = undefined;
    inNamespace.set(name, object);
    return previous;
  }

  function unset(resource: string, namespace: string, name: string): void {
    const bucket = buckets.get(resource);
    const inNamespace = bucket?.get(namespace);
    if (inNamespace === undefined) return;
    inNamespace.delete(name);
    inNamespace.sortedNames = undefined;
    if (inNamespace.size === 0) bucket?.delete(namespace);
  }

  function remember(change: StoredChange, size: number): void {
    history.push(change);
    sizes.push(size);
    historySize += size;
    // Cut in blocks, so that a write does not move the whole history.
    if (history.length <= historyLimit * 1.25 && historySize <= historyBytes * 1.25) return;
    let cut = Math.max(0, history.length - historyLimit);
    for (let i = 0; i < cut; i++) historySize -= sizes[i] ?? 0;
    while (historySize > historyBytes && cut < history.length) historySize -= sizes[cut++] ?? 0;
    history = history.slice(cut);
    sizes = sizes.slice(cut);
    oldest = (history[0]?.version ?? change.version + 1) - 1;
  }

  function record(change: StoredChange): void {
    if (closed) throw new Error("the store is closed");
    let size = 0;
    if (log !== undefined) {
      const line = JSON.stringify([change.version, change.type, change.resource, change.object]);
      log.append(line);
      size = line.length;
    }
    version = change.version;
    freeze(change.object);
    if (change.type === "DELETED") {
      const { namespace, name } = keyOf(change.object);
      unset(change.resource, namespace, name);
    } else {
      set(change.resource, change.object);
    }
    remember(change, size);
    if (log !== undefined && log.size > compactAfter) log.compact(snapshotLines());
    notify(change);
  }

  function notify(change: StoredChange): void {
    pending.push(change);
    if (notifying) return;
    notifying = true;
    try {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        for (const listener of listeners) {
          try {
            listener(next);
          } catch (error) {
            onListenerError(error);
          }
        }
      }
    } finally {
      notifying = false;
    }
  }

  function* snapshotLines(): Iterable<string> {
    yield JSON.stringify({ version });
    for (const [resource, bucket] of buckets) {
      for (const inNamespace of bucket.values()) {
        for (const object of inNamespace.values()) yield JSON.stringify([resource, object]);
      }
    }
  }

  function load(directory: string): void {
    const recovered = openWriteAheadLog(directory);
    log = recovered.log;
    for (const line of recovered.snapshot) {
      if (isObject(line)) version = Number(line["version"]);
      else if (Array.isArray(line) && typeof line[0] === "string" && isObject(line[1])) set(line[0], freeze(line[1]));
    }
    oldest = version;
    for (const entry of recovered.entries) {
      if (!Array.isArray(entry)) continue;
      const [number, type, resource, object] = entry;
      // A kill between writing the snapshot and emptying the log leaves entries that the snapshot already has.
      if (typeof number !== "number" || number <= version || typeof resource !== "string" || !isObject(object))
        continue;
      freeze(object);
      version = number;
      const size = JSON.stringify(object).length;
      if (type === "DELETED") {
        const { namespace, name } = keyOf(object);
        const previous = buckets.get(resource)?.get(namespace)?.get(name);
        unset(resource, namespace, name);
        remember({ version, type, resource, object, previous }, size);
      } else if (type === "ADDED" || type === "MODIFIED") {
        const previous = set(resource, object);
        remember({ version, type, resource, object, previous }, size);
      }
    }
  }

  function everything(): StoreSnapshot["objects"] {
    return [...buckets].flatMap(([resource, bucket]) =>
      [...bucket.values()].flatMap((inNamespace) => [...inNamespace.values()].map((object) => ({ resource, object }))),
    );
  }

  function find(resource: string, object: JsonObject): JsonObject | undefined {
    const { namespace, name } = keyOf(object);
    return buckets.get(resource)?.get(namespace)?.get(name);
  }

  if (options.directory !== undefined) load(options.directory);

  return {
    version: () => version,
    get: (resource, namespace, name) => buckets.get(resource)?.get(namespace)?.get(name),
    list(resource, namespace) {
      const bucket = buckets.get(resource);
      if (bucket === undefined) return [];
      if (namespace !== undefined) return sortedValues(bucket.get(namespace));
      return [...bucket.keys()].sort().flatMap((space) => sortedValues(bucket.get(space)));
    },
    put(resource, object) {
      const { namespace, name } = keyOf(object);
      const previous = buckets.get(resource)?.get(namespace)?.get(name);
      const next = version + 1;
      const change: StoredChange = {
        version: next,
        type: previous === undefined ? "ADDED" : "MODIFIED",
        resource,
        object: withVersion(object, next),
        previous,
      };
      record(change);
      return change;
    },
    delete(resource, namespace, name) {
      const previous = buckets.get(resource)?.get(namespace)?.get(name);
      if (previous === undefined) return undefined;
      const next = version + 1;
      const change: StoredChange = {
        version: next,
        type: "DELETED",
        resource,
        object: withVersion(previous, next),
        previous,
      };
      record(change);
      return change;
    },
    since(from) {
      if (from < oldest) return undefined;
      // Versions in the history have no gaps.
      const first = history[0]?.version ?? version + 1;
      return history.slice(Math.max(0, from + 1 - first));
    },
    onChange(listener) {
      listeners = [...listeners, listener];
      return () => {
        listeners = listeners.filter((one) => one !== listener);
      };
    },
    snapshot: () => ({ version, objects: everything() }),
    restore(snapshot) {
      if (log !== undefined) throw new Error("a store on disk is not restored while it is open");
      const before = everything();
      buckets.clear();
      version = snapshot.version;
      oldest = version;
      history = [];
      sizes = [];
      historySize = 0;
      for (const { resource, object } of snapshot.objects) set(resource, object);
      const gone = before.filter(({ resource, object }) => find(resource, object) === undefined);
      const known = new Map(before.map(({ resource, object }) => [placeOf(resource, object), object]));
      for (const { resource, object } of gone) notify({ version, type: "DELETED", resource, object, previous: object });
      for (const { resource, object } of snapshot.objects) {
        const previous = known.get(placeOf(resource, object));
        if (previous === object) continue;
        notify({ version, type: previous === undefined ? "ADDED" : "MODIFIED", resource, object, previous });
      }
    },
    close() {
      if (closed) return;
      closed = true;
      listeners = [];
      log?.close();
    },
  };
}

function keyOf({ metadata }: JsonObject): { namespace: string; name: string } {
  return { namespace: textAt(metadata, "namespace"), name: textAt(metadata, "name") };
}

function placeOf(resource: string, object: JsonObject): string {
  const { namespace, name } = keyOf(object);
  return `${resource}/${namespace}/${name}`;
}

function withVersion(object: JsonObject, version: number): JsonObject {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  return { ...object, metadata: { ...metadata, resourceVersion: String(version) } };
}

function sortedValues(objects: NamedObjects | undefined): readonly JsonObject[] {
  if (objects === undefined) return [];
  objects.sortedNames ??= [...objects.keys()].sort();
  const values: JsonObject[] = [];
  for (const name of objects.sortedNames) {
    const object = objects.get(name);
    if (object !== undefined) values.push(object);
  }
  return values;
}
