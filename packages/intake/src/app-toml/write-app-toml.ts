import { formatToml } from "@fairway/spec";
import { isSettings, type Settings, type SettingValue } from "./settings.ts";
import { tomlKey, tomlValue } from "./toml-value.ts";

/** Fields in the order in which people read them; what is not here comes last. */
const order = [
  "name",
  "description",
  "kind",
  "owner",
  "oncall",
  "links",
  "replicas",
  "engine",
  "build",
  "run",
  "health",
  "metrics",
  "public",
  "dependencies",
  "storages",
  "events",
  "crons",
  "migrations",
  "env",
  "secrets",
  "resources",
  "memory",
  "deploy",
  "slo",
  "kubernetes",
  "envs",
];

/** Tables that are one value rather than a section. */
const inline = new Set(["replicas"]);

export interface WriteOptions {
  /**
   * Lines above a field, by its path: `env.DB_HOST`, `run`, `dependencies[0]`; the first lines of the file by "". Lines below
   * the fields of a table by its path and a dot: `env.`; those of the file's own fields by ".".
   */
  readonly comments?: ReadonlyMap<string, readonly string[]>;
}

/** The text of an app.toml as `fairway fmt` would write it: fields in the usual order, a section for each table, comments above what they are about. */
export function writeAppToml(settings: Settings, { comments = new Map() }: WriteOptions = {}): string {
  const head = comment(comments, "");
  const lines = table(settings, [], comments);
  const text = `${[...head, ...(head.length === 0 ? [] : [""]), ...trimmed(lines)].join("\n")}\n`;
  const formatted = formatToml(text);
  return formatted.ok ? formatted.text : text;
}

type Comments = ReadonlyMap<string, readonly string[]>;

/** What stands under one header, and the sections below it. */
function table(settings: Settings, path: readonly string[], comments: Comments): readonly string[] {
  const entries = sorted(settings, path);
  const here = entries.filter(([key, value]) => !isSection(key, value, path));
  const below = entries.filter(([key, value]) => isSection(key, value, path));
  return [
    ...here.flatMap(([key, value]) => field([key], value, named(path, key), comments)),
    ...comment(comments, `${path.join(".")}.`),
    ...below.flatMap(([key, value]) => section([...path, key], value, comments)),
  ];
}

function section(path: readonly string[], value: SettingValue, comments: Comments): readonly string[] {
  const name = path.map(tomlKey).join(".");
  const dotted = path.join(".");
  if (isSettings(value)) {
    // A header of its own only where something stands directly below it.
    const entries = sorted(value, path);
    const bare = entries.length > 0 && entries.every(([key, below]) => isSection(key, below, path));
    const inside = table(value, path, comments);
    return bare ? inside : ["", ...comment(comments, dotted), `[${name}]`, ...inside];
  }
  const items = Array.isArray(value) ? value : [];
  return items.flatMap((item, index) => [
    "",
    ...comment(comments, `${dotted}[${index}]`),
    `[[${name}]]`,
    ...sorted(item, path).flatMap(([key, below]) => field([key], below, `${dotted}[${index}].${key}`, comments)),
  ]);
}

/** One `key = value`; a patch's tables become dotted keys, since a value has one line. */
function field(key: readonly string[], value: SettingValue, path: string, comments: Comments): readonly string[] {
  if (/^kubernetes\.patches\[\d+\]\.merge/.test(path) && isSettings(value)) {
    const entries = Object.entries(value);
    if (entries.length > 0) {
      return entries.flatMap(([below, inner]) => field([...key, below], inner, `${path}.${below}`, comments));
    }
  }
  return [...comment(comments, path), `${key.map(tomlKey).join(".")} = ${tomlValue(value)}`];
}

/** Whether a field has a header of its own; elsewhere tables are inline. */
function isSection(key: string, value: SettingValue, path: readonly string[]): boolean {
  const isTable = isSettings(value);
  if (path.length === 1 && path[0] === "envs") return isTable;
  const tables = Array.isArray(value) && value.length > 0 && value.every(isSettings);
  const depth = path[0] === "envs" ? path.length - 2 : path.length;
  if (depth === 0) return isTable ? !inline.has(key) : tables && key !== "links";
  return tables && depth === 1 && path.at(-1) === "kubernetes" && key === "patches";
}

function sorted(value: SettingValue, path: readonly string[]): readonly (readonly [string, SettingValue])[] {
  if (!isSettings(value)) return [];
  const isTop = path.length === 0 || (path.length === 2 && path[0] === "envs");
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const entries = Object.entries(value);
  return isTop ? entries.toSorted(([a], [b]) => place(a) - place(b)) : entries;
}

function named(path: readonly string[], key: string): string {
  return [...path, key].join(".");
}

function comment(comments: Comments, path: string): readonly string[] {
  // A line break or another control character in a name must not end the comment.
  return (comments.get(path) ?? []).map((line) => `# ${line.replace(/\p{Cc}+/gu, " ")}`.trimEnd());
}

function trimmed(lines: readonly string[]): readonly string[] {
  return lines[0] === "" ? lines.slice(1) : lines;
}
