/** One difference between two values. */
export interface ChangedField {
  /**
   * Where, as Kubernetes writes it: `.spec.template.spec.containers[name="app"].image`. Items of lists are named by
   * `name` when every item has one of its own, else by another field that tells them apart (`[containerPort=8080]`), else
   * by position: `[0]`.
   */
  readonly path: string;
  /** Undefined when the field is new. */
  readonly from: unknown;
  /** Undefined when the field is gone. */
  readonly to: unknown;
}

/**
 * Fields by which items of Kubernetes lists are told apart, the most telling first: the merge keys of its API
 * (`x-kubernetes-list-map-keys` in its OpenAPI document), `host` and `path` of an Ingress' rules.
 */
const itemKeys = ["name", "containerPort", "port", "mountPath", "topologyKey", "host", "path", "key"];

/**
 * What differs between two JSON values, field by field, in the order of the first value and then of the second. A
 * field that is there on one side only is one difference, whatever lies below it; a field that is undefined counts as
 * absent. Empty when both are equal.
 */
export function changedFields(a: unknown, b: unknown, path = ""): readonly ChangedField[] {
  if (Object.is(a, b)) return [];
  if (isRecord(a) && isRecord(b)) return changedKeys(a, b, (key) => path + keyStep(key));
  if (Array.isArray(a) && Array.isArray(b)) {
    for (const key of itemKeys) {
      const [keyedA, keyedB] = [byKey(a, key), byKey(b, key)];
      if (keyedA !== undefined && keyedB !== undefined) {
        return changedKeys(keyedA, keyedB, (value) => `${path}[${key}=${value}]`);
      }
    }
    return changedKeys({ ...a }, { ...b }, (index) => `${path}[${index}]`);
  }
  return [{ path, from: a, to: b }];
}

type Fields = Readonly<Record<string, unknown>>;

function changedKeys(a: Fields, b: Fields, step: (key: string) => string): readonly ChangedField[] {
  const keys = [...Object.keys(a), ...Object.keys(b).filter((key) => !Object.hasOwn(a, key))];
  return keys.flatMap((key) => changedFields(own(a, key), own(b, key), step(key)));
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The items by a field's value, as JSON; undefined when one lacks it or two have the same. An empty list suits any. */
function byKey(items: readonly unknown[], key: string): Fields | undefined {
  const keyed: [string, unknown][] = [];
  for (const item of items) {
    const value = isRecord(item) ? own(item, key) : undefined;
    if (typeof value !== "string" && typeof value !== "number") return undefined;
    keyed.push([JSON.stringify(value), item]);
  }
  const fields = Object.fromEntries(keyed);
  return Object.keys(fields).length === items.length ? fields : undefined;
}

function keyStep(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
