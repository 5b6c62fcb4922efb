/** One line of an object as YAML. `key` stands before the colon; `dash` begins a list item. */
export interface YamlLine {
  readonly indent: number;
  readonly dash: boolean;
  readonly key: string | undefined;
  readonly value: string;
}

/** Words, and names as Kubernetes writes them, with a colon only inside: `user@sha256:9f2c`. */
const plain = /^[A-Za-z_./](?:[-\w./ @+]|:(?=[\w/]))*$/;
const looksLikeSomethingElse = /^(true|false|null|yes|no|on|off|~|\d.*)$/i;

function scalar(value: unknown): string {
  if (typeof value === "string") {
    return plain.test(value) && !looksLikeSomethingElse.test(value) && !value.endsWith(" ")
      ? value
      : JSON.stringify(value);
  }
  return JSON.stringify(value) ?? "null";
}

const isEmpty = (value: object) => Object.keys(value).length === 0;

/** An object of JSON values as block-style YAML (1.2), for reading and copying. */
export function yamlLines(value: unknown, indent = 0): readonly YamlLine[] {
  if (Array.isArray(value)) return value.flatMap((item) => itemLines(item, indent));
  if (typeof value !== "object" || value === null)
    return [{ indent, dash: false, key: undefined, value: scalar(value) }];
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .flatMap(([key, part]) => entryLines(key, part, indent));
}

function entryLines(key: string, part: unknown, indent: number): readonly YamlLine[] {
  const line = (text: string): YamlLine => ({ indent, dash: false, key: scalar(key), value: text });
  if (typeof part !== "object" || part === null) return [line(scalar(part))];
  if (isEmpty(part)) return [line(Array.isArray(part) ? "[]" : "{}")];
  return [line(""), ...yamlLines(part, Array.isArray(part) ? indent : indent + 1)];
}

function itemLines(item: unknown, indent: number): readonly YamlLine[] {
  if (typeof item === "object" && item !== null && !isEmpty(item) && !Array.isArray(item)) {
    const [first, ...rest] = yamlLines(item, indent + 1);
    return first === undefined ? [] : [{ ...first, indent, dash: true }, ...rest];
  }
  const text = typeof item === "object" && item !== null ? JSON.stringify(item) : scalar(item);
  return [{ indent, dash: true, key: undefined, value: text }];
}
