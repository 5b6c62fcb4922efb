/** One difference between two values. */
export interface ChangedField {
  /**
   * Where, as Kubernetes writes it: `.spec.template.spec.containers[name="app"].image`. Items of lists are named by
   * `name` when every item has one of its own, else by position: `[0]`.
   */
  readonly path: string;
  /** Undefined when the field is new. */
  readonly from: unknown;
  /** Undefined when the field is gone. */
  readonly to: unknown;
}

/**
 * What differs between two JSON values, field by field, in the order of the first value and then of the second. A
 * field that is there on one side only is one difference, whatever lies below it; a field that is undefined counts as
 * absent. Empty when both are equal.
 */
export function changedFields(a: unknown, b: unknown, path = ""): readonly ChangedField[] {
  if (Object.is(a, b)) return [];
  if (isRecord(a) && isRecord(b)) return changedKeys(a, b, (key) => path + keyStep(key));
  if (Array.isArray(a) && Array.isArray(b)) {
    const [namedA, namedB] = [byName(a), byName(b)];
    if (namedA !== undefined && namedB !== undefined) {
      return changedKeys(namedA, namedB, (name) => `${path}[name=${JSON.stringify(name)}]`);
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

/** The items by name; undefined when one has no name or two have the same. An empty list suits either way. */
function byName(items: readonly unknown[]): Fields | undefined {
  const named: [string, unknown][] = [];
  for (const item of items) {
    const name = isRecord(item) ? own(item, "name") : undefined;
    if (typeof name !== "string") return undefined;
    named.push([name, item]);
  }
  const fields = Object.fromEntries(named);
  return Object.keys(fields).length === items.length ? fields : undefined;
}

function keyStep(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
