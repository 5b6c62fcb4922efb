/** One field that holds no further ones: a scalar, or an empty map or list. */
export interface FieldPath {
  /** As in `ChangedField`. */
  readonly path: string;
  readonly value: unknown;
}

/** What items of lists are told apart by, as in `changedFields`. */
const itemKeys = ["name", "containerPort", "port", "mountPath", "topologyKey", "host", "path", "key"];

/** Every field of a JSON value that holds no further ones, in order. */
export function fieldPaths(value: unknown, path = ""): readonly FieldPath[] {
  const inner = Array.isArray(value) ? items(value) : isRecord(value) ? keys(value) : [];
  if (inner.length === 0) return value === undefined ? [] : [{ path, value }];
  return inner.flatMap(([step, below]) => fieldPaths(below, path + step));
}

/** Whether a field is this one, or lies in it. */
export function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

/** Whether a text names a field: `.spec.replicas`, `.spec.template.spec.containers[name="app"].image`, `.data["a.b"]`. */
export function isFieldPath(text: string): boolean {
  return stepsOf(text) !== undefined;
}

/** The value without one field; the same value where it has no such field. What held it stays, even if it is empty now. */
export function withoutField(value: unknown, path: string): unknown {
  const steps = stepsOf(path);
  return steps === undefined || steps.length === 0 ? value : without(value, steps);
}

/** A key of a map, the position of an item, or the field and value that name an item. */
type Step = string | number | { readonly key: string; readonly value: unknown };

function without(value: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (step === undefined) return value;
  if (Array.isArray(value)) {
    const isIt = (item: unknown, index: number): boolean =>
      typeof step === "object" ? isRecord(item) && item[step.key] === step.value : index === step;
    if (rest.length === 0) return value.filter((item: unknown, index) => !isIt(item, index));
    return value.map((item: unknown, index) => (isIt(item, index) ? without(item, rest) : item));
  }
  if (!isRecord(value) || typeof step !== "string" || !Object.hasOwn(value, step)) return value;
  if (rest.length > 0) return { ...value, [step]: without(value[step], rest) };
  const { [step]: _, ...others } = value;
  return others;
}

const step = /\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\[([A-Za-z]+)=("(?:[^"\\]|\\.)*"|-?\d+)\]/y;

function stepsOf(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (found === null) return undefined;
    const [, name, position, quoted, key, value] = found;
    if (name !== undefined) steps.push(name);
    else if (position !== undefined) steps.push(Number(position));
    else if (quoted !== undefined) steps.push(String(parse(quoted)));
    else if (key !== undefined && value !== undefined) steps.push({ key, value: parse(value) });
  }
  return steps.length === 0 ? undefined : steps;
}

/** A backslash that JSON does not know is taken as it is. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(1, -1);
  }
}

function keys(value: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => [/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`, inner]);
}

function items(list: readonly unknown[]): readonly (readonly [string, unknown])[] {
  const key = itemKeys.find((name) => {
    const values = list.map((item) => (isRecord(item) ? item[name] : undefined));
    const named = values.every((value) => typeof value === "string" || typeof value === "number");
    return named && new Set(values).size === list.length;
  });
  return list.map((item, index) => {
    const name = key === undefined || !isRecord(item) ? undefined : item[key];
    return [name === undefined ? `[${index}]` : `[${key}=${JSON.stringify(name)}]`, item];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
