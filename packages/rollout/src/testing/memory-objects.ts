import {
  isConfigMap,
  isDeployment,
  type KubernetesObject,
  keyOf,
  kindInfo,
  type ObjectRef,
  refKey,
  refOf,
} from "@fairway/objects";
import { type Clock, ClusterError, type ClusterErrorCode } from "../ports.ts";

/** The stored objects of a memory cluster: versions, uids, generations, validation as far as the engine depends on it. */
export interface MemoryObjects {
  get(ref: ObjectRef): KubernetesObject | undefined;
  all(): readonly KubernetesObject[];
  /** Stores a created or changed object; gives it back with its new version. Nothing is stored when nothing differs. */
  put(object: KubernetesObject, dryRun?: boolean): KubernetesObject;
  /** Takes it away with everything that it owns, or a namespace with everything in it. */
  remove(ref: ObjectRef): void;
  /** Tells of an object as if it had changed. */
  touch(object: KubernetesObject): void;
  /** Called after each change. */
  subscribe(listener: (object: KubernetesObject, gone: boolean) => void): () => void;
}

const deploymentFields = new Set([
  "replicas",
  "selector",
  "template",
  "strategy",
  "minReadySeconds",
  "revisionHistoryLimit",
  "progressDeadlineSeconds",
  "paused",
]);

export function memoryObjects(cluster: string, clock: Pick<Clock, "now">): MemoryObjects {
  const objects = new Map<string, KubernetesObject>();
  const listeners = new Set<(object: KubernetesObject, gone: boolean) => void>();
  let version = 0;

  const fail = (code: ClusterErrorCode, message: string, field?: string): never => {
    throw new ClusterError(code, cluster, message, field === undefined ? {} : { fields: [{ field, message }] });
  };

  const check = (object: KubernetesObject, before: KubernetesObject | undefined): void => {
    const { namespace } = object.metadata;
    const info = kindInfo(object);
    if (info === undefined) fail("not-found", `no kind ${object.kind} in ${object.apiVersion}`);
    if (info?.namespaced && before === undefined) {
      const space = objects.get(refKey({ apiVersion: "v1", kind: "Namespace", name: namespace ?? "" }));
      if (space === undefined) fail("not-found", `namespaces "${namespace}" not found`);
      if (space?.metadata.deletionTimestamp !== undefined)
        fail("forbidden", `namespace ${namespace} is being terminated`);
    }
    if (isDeployment(object)) {
      const unknown = Object.keys(object.spec ?? {}).find((key) => !deploymentFields.has(key));
      if (unknown !== undefined) fail("invalid", "unknown field", `.spec.${unknown}`);
      if (isDeployment(before ?? object) && before !== undefined && differs(before["spec"], object.spec, "selector")) {
        fail("invalid", "field is immutable", ".spec.selector");
      }
    }
    if (isConfigMap(object) && before !== undefined && isConfigMap(before) && before.immutable === true) {
      if (JSON.stringify(before.data) !== JSON.stringify(object.data)) {
        fail("invalid", "field is immutable when `immutable` is set", ".data");
      }
    }
  };

  const tell = (object: KubernetesObject, gone: boolean): void => {
    for (const listener of listeners) listener(object, gone);
  };

  const remove = (ref: ObjectRef): void => {
    const object = objects.get(refKey(ref));
    if (object === undefined) return;
    objects.delete(refKey(ref));
    const dependents = [...objects.values()].filter(
      (one) =>
        one.metadata.ownerReferences?.some((owner) => owner.uid === object.metadata.uid) ||
        (object.kind === "Namespace" && one.metadata.namespace === object.metadata.name),
    );
    for (const one of dependents) remove(refOf(one));
    tell(object, true);
  };

  const base: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default", uid: "default" } };
  objects.set(keyOf(base), base);

  return {
    get: (ref) => objects.get(refKey(ref)),
    all: () => [...objects.values()],
    put(object, dryRun = false) {
      const key = keyOf(object);
      const before = objects.get(key);
      check(object, before);
      if (before !== undefined && content(before) === content(object)) return before;
      const grown = before === undefined || JSON.stringify(before["spec"]) !== JSON.stringify(object["spec"]);
      const stored: KubernetesObject = {
        ...object,
        metadata: {
          ...object.metadata,
          uid: before?.metadata.uid ?? `${cluster}-${version + 1}`,
          resourceVersion: String(version + 1),
          creationTimestamp: before?.metadata.creationTimestamp ?? new Date(clock.now()).toISOString(),
          ...(object["spec"] === undefined ? {} : { generation: (before?.metadata.generation ?? 0) + (grown ? 1 : 0) }),
        },
      };
      if (dryRun) return stored;
      version += 1;
      objects.set(key, stored);
      tell(stored, false);
      return stored;
    },
    remove,
    touch: (object) => tell(object, false),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const contents = new WeakMap<KubernetesObject, string>();

/** Everything but the version, for comparison. */
function content(object: KubernetesObject): string {
  const known = contents.get(object);
  if (known !== undefined) return known;
  const { resourceVersion: _, generation: __, uid: ___, creationTimestamp: ____, ...metadata } = object.metadata;
  const made = stable({ ...object, metadata });
  contents.set(object, made);
  return made;
}

/** JSON with sorted fields. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${stable(inner)}`);
  return `{${fields.join(",")}}`;
}

function differs(before: unknown, after: unknown, field: string): boolean {
  const inner = (value: unknown): unknown => Object.entries(value ?? {}).find(([key]) => key === field)?.[1];
  return stable(inner(before) ?? null) !== stable(inner(after) ?? null);
}
