import { randomUUID } from "node:crypto";
import type { KubernetesObject, ObjectMeta } from "@fairway/objects";
import { createLifecycle, type Lifecycle, requireKind } from "./admission/lifecycle.ts";
import type { WriteContext } from "./admission/write-context.ts";
import { copyOf, isObject, type JsonObject, textAt } from "./json.ts";
import type { Change, ObjectsApi, WriteOptions } from "./objects-api.ts";
import { withReplicas } from "./registry/scale.ts";
import { badRequest } from "./status.ts";
import { type ObjectStore, openObjectStore, type StoredChange } from "./store/object-store.ts";

export interface ObjectsOptions {
  /** Where the objects lie; without it they are in memory only. */
  readonly directory?: string | undefined;
  readonly clock: { now(): number };
  /** A number in [0, 1), for generated names; `Math.random` by default. */
  readonly random?: () => number;
  /** Random by default; a simulation gives its own. */
  readonly newUid?: () => string;
  /**
   * Of which objects `managedFields` tell: all, or only those that somebody created or applied through the API; what only
   * controllers and nodes write then has none, as objects in Kubernetes whose owners were reset. All by default.
   */
  readonly ownership?: "all" | "by-clients";
  /** Changes kept for watches that start in the past; 10,000 by default. */
  readonly historyLimit?: number;
}

/** The stored objects of one cluster. */
export interface Objects extends ObjectsApi {
  /** The newest resourceVersion, which a list of everything has. */
  collectionVersion(): string;
  /** A number in [0, 1). */
  random(): number;
  newUid(): string;
  /** For the API server of this package. */
  readonly store: ObjectStore;
  readonly lifecycle: Lifecycle;
  close(): void;
}

/** Seconds of an hour, in milliseconds: how long Events are kept, as the API server's `--event-ttl` by default. */
const eventLifetime = 3_600_000;
const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

/**
 * Opens the objects of a cluster, from `directory` when there are some. Throws `StateCorrupt` when the files are
 * damaged elsewhere than at their torn end. One process per directory.
 */
export function openObjects(options: ObjectsOptions): Objects {
  const { clock } = options;
  const store = openObjectStore({
    directory: options.directory,
    ...(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit }),
  });
  const newUid = options.newUid ?? randomUUID;
  const random = options.random ?? Math.random;
  const lifecycle = createLifecycle({ store, clock, newUid, random });
  let nextSweep = 0;
  /** The newest change as listeners get it; there are many of them. */
  let told: { readonly of: StoredChange; readonly change: Change } | undefined;

  const objects: Objects = {
    store,
    lifecycle,
    random,
    newUid,
    collectionVersion: () => String(store.version()),
    get(key) {
      const kind = requireKind(key.resource);
      const found = store.get(key.resource, kind.namespaced ? (key.namespace ?? "") : "", key.name);
      return found === undefined ? undefined : asKubernetesObject(found);
    },
    list(resource, filter = {}) {
      const kind = requireKind(resource);
      const found = store.list(resource, kind.namespaced ? filter.namespace : undefined);
      if (found.length === 0) return [];
      const labels = Object.entries(filter.labels ?? {});
      const selected: KubernetesObject[] = [];
      for (const stored of found) {
        const object = asKubernetesObject(stored);
        const own = object.metadata.labels;
        if (labels.every(([key, value]) => own?.[key] === value)) selected.push(object);
      }
      return selected;
    },
    create(resource, object, write) {
      const body = asJsonObject(object);
      const namespace = textAt(body, "metadata", "namespace");
      const how = { ...context(write), isUnowned: options.ownership === "by-clients" };
      return asKubernetesObject(lifecycle.create(requireKind(resource), namespace, body, how));
    },
    update(resource, object, write) {
      const body = asJsonObject(object);
      const kind = requireKind(resource);
      const namespace = textAt(body, "metadata", "namespace");
      const name = textAt(body, "metadata", "name");
      const transform =
        write?.subresource === "scale" ? (current: JsonObject) => withReplicas(copyOf(current), body) : () => body;
      return asKubernetesObject(lifecycle.update(kind, namespace, name, transform, context(write)));
    },
    bind({ namespace, name }, node) {
      return asKubernetesObject(lifecycle.bind(namespace, name, node));
    },
    remove(key, removal = {}) {
      lifecycle.remove(requireKind(key.resource), key.namespace ?? "", key.name, removal);
    },
    subscribe(listener) {
      return store.onChange((change) => {
        if (told?.of !== change) {
          const { type, resource } = change;
          told = { of: change, change: { type, resource, object: asKubernetesObject(change.object) } };
        }
        listener(told.change);
      });
    },
    close: () => store.close(),
  };

  for (const name of systemNamespaces) {
    if (store.get("namespaces", "", name) === undefined) {
      objects.create(
        "namespaces",
        { apiVersion: "v1", kind: "Namespace", metadata: { name } },
        { manager: "minicluster" },
      );
    }
  }
  store.onChange((change) => {
    const now = clock.now();
    if (change.resource !== "events" || change.type !== "ADDED" || now < nextSweep) return;
    let oldest = now;
    for (const event of store.list("events")) {
      // What clients say of the past is no reason to forget it at once.
      const times = [textAt(event, "lastTimestamp"), textAt(event, "metadata", "creationTimestamp")];
      const written = Math.max(...times.filter((time) => time !== "").map(Date.parse));
      if (now - written < eventLifetime) oldest = Math.min(oldest, written);
      else store.delete("events", textAt(event, "metadata", "namespace"), textAt(event, "metadata", "name"));
    }
    nextSweep = Math.max(now + 60_000, oldest + eventLifetime);
  });
  return objects;
}

function context(options: WriteOptions = {}): WriteContext {
  return {
    manager: options.manager ?? "minicluster",
    subresource: options.subresource ?? "",
    dryRun: options.dryRun ?? false,
    fieldValidation: "Ignore",
    warn() {},
  };
}

function asJsonObject(object: KubernetesObject): JsonObject {
  if (!isObject(object)) throw badRequest("the object is no JSON object");
  return object;
}

/** A stored object as its type; the lifecycle has checked and completed what every object has. */
function asKubernetesObject(object: JsonObject): KubernetesObject {
  if (!isStored(object)) throw new Error("a stored object lacks its metadata");
  return object;
}

function isStored(
  object: JsonObject,
): object is JsonObject & { apiVersion: string; kind: string; metadata: JsonObject & ObjectMeta } {
  // Said by the lifecycle already; asked so often that one look must do.
  return isObject(object["metadata"]);
}
