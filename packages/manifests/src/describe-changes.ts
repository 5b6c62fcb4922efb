import { type ChangedField, changedFields } from "@fairway/objects";

/** How a changed field of the inputs is told; the first rule whose path fits is taken. "" tells nothing. */
const rules: readonly (readonly [path: RegExp, words: (name: string, change: ChangedField) => string])[] = [
  [/^\.image$/, () => "image"],
  [/^\.spec\.env\.(\w+)$/, (name, change) => `env ${name}${addedOrRemoved(change)}`],
  [/^\.spec\.replicas$/, (_, change) => `replicas ${fromTo(change)}`],
  [/^\.spec\.engine\.size$/, (_, change) => `size ${fromTo(change)}`],
  [/^\.spec\.engine\.version$/, (_, change) => `engine version ${fromTo(change)}`],
  [/^\.spec\.engine\.name$/, (_, change) => `engine ${fromTo(change)}`],
  [/^\.spec\.run\.(port|grace)$/, (name, change) => `${name} ${fromTo(change)}`],
  [/^\.spec\.run\.(command|args)\b/, (name) => name],
  [/^\.spec\.health\.(live|ready|startup)\b/, (name) => `health ${name}`],
  [/^\.spec\.dependencies\[name="([^"]*)"\]$/, (name, change) => `dependency ${name}${addedOrRemoved(change)}`],
  [/^\.spec\.dependencies\[name="([^"]*)"\]/, (name) => `dependency ${name}`],
  [/^\.spec\.(owner|kind)$/, (name, change) => `${name} ${fromTo(change)}`],
  [/^\.spec\.(description|build)\b/, (name) => name],
  [/^\.profile\b/, () => "platform profile"],
  [/^\.clusters\[name="([^"]*)"\]$/, (name, change) => `cluster ${name}${addedOrRemoved(change)}`],
  [/^\.clusters\[name="([^"]*)"\]/, (name) => `addresses in cluster ${name}`],
  // Numbers belong to dependencies, which are told already.
  [/^\.numbers\b/, () => ""],
];

/**
 * What differs between two releases' inputs, in words, each at most once: `image`, `env LOG_LEVEL`, `env TOKEN removed`,
 * `replicas 2 -> 3`. Values of variables are never told. Takes any JSON, since the previous inputs were stored, perhaps by
 * an older version; what it does not know is told by its path. Empty when nothing differs, and for a first release
 * (previous is undefined).
 */
export function describeChanges(previous: unknown, next: unknown): readonly string[] {
  if (previous === undefined) return [];
  const words = changedFields(previous, next).map((change) => {
    for (const [path, tell] of rules) {
      const match = path.exec(change.path);
      if (match !== null) return tell(match[1] ?? "", change);
    }
    return change.path.slice(1);
  });
  return [...new Set(words)].filter((word) => word !== "");
}

function addedOrRemoved({ from, to }: ChangedField): string {
  return from === undefined ? " added" : to === undefined ? " removed" : "";
}

function fromTo({ from, to }: ChangedField): string {
  return `${told(from)} -> ${told(to)}`;
}

function told(value: unknown): string {
  return value === undefined || value === null ? "none" : typeof value === "object" ? "..." : String(value);
}
