import { type KubernetesObject, type ManagedFieldsEntry, parseObject } from "@fairway/objects";

/** A path into an object, as JSON, so that it can be kept in a set. */
type Path = string;

/** Set by the API server, or naming the object: nobody owns them. */
const unowned = new Set(["apiVersion", "kind", "status"]);
const ownedMetadata = new Set(["labels", "annotations", "finalizers", "ownerReferences"]);

/** Maps that are one value, as lists are. (Kubernetes API, `x-kubernetes-map-type: atomic`) */
const atomic = new Set(["spec.selector"]);

export interface FieldConflict {
  /** `.data.LEVEL` */
  readonly field: string;
  readonly manager: string;
}

export type Merged =
  | { readonly ok: true; readonly object: KubernetesObject }
  | { readonly ok: false; readonly conflicts: readonly FieldConflict[] };

/** Server-side apply over maps; every list is one value. */
export function mergeApply(
  live: KubernetesObject | undefined,
  applied: KubernetesObject,
  manager: string,
  force: boolean,
): Merged {
  const paths = pathsOf(applied);
  const entries = live?.metadata.managedFields ?? [];
  const isOwn = (entry: ManagedFieldsEntry): boolean => entry.manager === manager && entry.operation === "Apply";
  const conflicts = entries
    .filter((entry) => !isOwn(entry))
    .flatMap((entry) =>
      [...ownedPaths(entry)]
        .filter((path) => paths.has(path) && !equal(at(live, path), at(applied, path)))
        .map((path) => ({ field: dotted(path), manager: entry.manager, path })),
    );
  if (conflicts.length > 0 && !force) return { ok: false, conflicts };
  const taken = new Set(conflicts.map((conflict) => conflict.path));
  const others = entries
    .filter((entry) => !isOwn(entry))
    .map((entry) => entryOf(entry, new Set([...ownedPaths(entry)].filter((path) => !taken.has(path)))));
  const held = new Set(others.flatMap((entry) => [...ownedPaths(entry)]));
  let object: KubernetesObject = live ?? { ...applied, metadata: nameOf(applied) };
  const before = entries.find(isOwn);
  for (const path of before === undefined ? [] : ownedPaths(before)) {
    if (!paths.has(path) && !held.has(path)) object = changed(object, parse(path), undefined);
  }
  for (const path of paths) object = changed(object, parse(path), at(applied, path));
  const own = entryOf({ manager, operation: "Apply", apiVersion: applied.apiVersion }, paths);
  return { ok: true, object: withEntries(object, [...others, own]) };
}

/** What an update changes belongs to the one who updated. */
export function mergeUpdate(
  live: KubernetesObject | undefined,
  next: KubernetesObject,
  manager: string,
): KubernetesObject {
  const paths = [...pathsOf(next)].filter((path) => live === undefined || !equal(at(live, path), at(next, path)));
  const entries = live?.metadata.managedFields ?? [];
  if (paths.length === 0) return withEntries(next, entries);
  const own = entries.find((entry) => entry.manager === manager && entry.operation === "Update");
  const mine = new Set([...(own === undefined ? [] : ownedPaths(own)), ...paths]);
  const others = entries
    .filter((entry) => entry !== own)
    .map((entry) => entryOf(entry, new Set([...ownedPaths(entry)].filter((path) => !paths.includes(path)))));
  return withEntries(next, [...others, entryOf({ manager, operation: "Update", apiVersion: next.apiVersion }, mine)]);
}

function nameOf({ metadata }: KubernetesObject): KubernetesObject["metadata"] {
  const { name, namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

function withEntries(object: KubernetesObject, entries: readonly ManagedFieldsEntry[]): KubernetesObject {
  const managedFields = entries.filter((entry) => Object.keys(entry.fieldsV1).length > 0);
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function entryOf(
  of: Pick<ManagedFieldsEntry, "manager" | "operation" | "apiVersion">,
  paths: ReadonlySet<Path>,
): ManagedFieldsEntry {
  const fieldsV1: Record<string, unknown> = {};
  for (const path of paths) {
    let node = fieldsV1;
    for (const key of parse(path)) {
      const inner = node[`f:${key}`];
      const child: Record<string, unknown> = isMap(inner) ? inner : {};
      node[`f:${key}`] = child;
      node = child;
    }
  }
  const { manager, operation, apiVersion } = of;
  return { manager, operation, apiVersion, fieldsType: "FieldsV1", fieldsV1 };
}

function ownedPaths({ fieldsV1 }: ManagedFieldsEntry): ReadonlySet<Path> {
  const found = new Set<Path>();
  const walk = (node: unknown, keys: readonly string[]): void => {
    const inner = isMap(node) ? Object.entries(node) : [];
    if (inner.length === 0 && keys.length > 0) found.add(JSON.stringify(keys));
    for (const [key, child] of inner) walk(child, [...keys, key.slice(2)]);
  };
  walk(fieldsV1, []);
  return found;
}

function pathsOf(object: KubernetesObject): ReadonlySet<Path> {
  const found = new Set<Path>();
  const walk = (value: unknown, keys: readonly string[]): void => {
    const [first, second] = keys;
    if (keys.length === 1 && first !== undefined && unowned.has(first)) return;
    if (first === "metadata" && second !== undefined && !ownedMetadata.has(second)) return;
    if (isMap(value) && Object.keys(value).length > 0 && !atomic.has(keys.join("."))) {
      for (const [key, child] of Object.entries(value)) walk(child, [...keys, key]);
    } else if (value !== undefined) {
      found.add(JSON.stringify(keys));
    }
  };
  walk(object, []);
  return found;
}

function parse(path: Path): readonly string[] {
  return JSON.parse(path);
}

function dotted(path: Path): string {
  return `.${parse(path).join(".")}`;
}

function at(object: KubernetesObject | undefined, path: Path): unknown {
  return parse(path).reduce((value: unknown, key) => (isMap(value) ? value[key] : undefined), object);
}

function changed(object: KubernetesObject, keys: readonly string[], value: unknown): KubernetesObject {
  const parsed = parseObject(setIn({ ...object }, keys, value));
  if (!parsed.ok) throw new Error(`${parsed.issue.path}: ${parsed.issue.message}`);
  return parsed.object;
}

function setIn(map: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return map;
  const inner = map[key];
  const copy = { ...map };
  if (rest.length > 0) copy[key] = setIn(isMap(inner) ? inner : {}, rest, value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
