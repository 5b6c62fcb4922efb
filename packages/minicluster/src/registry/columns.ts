import type { JsonObject } from "../json.ts";
import { textAt } from "../json.ts";
import type { Column } from "./kind.ts";

/** A column that `kubectl get` always shows. */
export function column(
  name: string,
  cell: Column["cell"],
  options: { readonly wide?: boolean; readonly type?: Column["type"]; readonly description?: string } = {},
): Column {
  return {
    name,
    type: options.type ?? "string",
    description: options.description ?? "",
    priority: options.wide === true ? 1 : 0,
    cell,
  };
}

/** The object's name. */
export const nameColumn: Column = column("Name", (object) => textAt(object, "metadata", "name"), {
  description: "Name must be unique within a namespace.",
});

/** Time since creation. */
export const ageColumn: Column = column(
  "Age",
  (object, now) => age(textAt(object, "metadata", "creationTimestamp"), now),
  {
    description: "Time since the object was created.",
  },
);

/** The time of creation: what kinds without columns of their own show after the name. */
export const createdAtColumn: Column = column(
  "Created At",
  (object) => textAt(object, "metadata", "creationTimestamp"),
  {
    type: "date",
    description: "When the object was created.",
  },
);

/** Time since an RFC 3339 time, as kubectl writes it; `<unknown>` without a time. */
export function age(timestamp: string, now: number): string {
  const then = Date.parse(timestamp);
  return Number.isNaN(then) ? "<unknown>" : humanDuration(now - then);
}

/** `45s`, `3m12s`, `5h`, `2d3h`: as k8s.io/apimachinery/pkg/util/duration.HumanDuration. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (days < 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  if (days < 365 * 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
  return `${years}y`;
}

/** `a=b,c=d`, or `<none>`. */
export function pairs(entries: Readonly<Record<string, string>>): string {
  const text = Object.keys(entries)
    .sort()
    .map((key) => `${key}=${entries[key]}`)
    .join(",");
  return text === "" ? "<none>" : text;
}

/** A list of words, or `<none>`. */
export function words(list: readonly string[]): string {
  return list.length === 0 ? "<none>" : list.join(",");
}

/** The text of a field, or `<none>`. */
export function textOrNone(object: JsonObject, ...path: readonly (string | number)[]): string {
  return textAt(object, ...path) || "<none>";
}
