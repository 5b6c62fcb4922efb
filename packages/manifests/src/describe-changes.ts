import { type ChangedField, changedFields } from "@fairway/objects";

/** How a changed field of the inputs is told; the first rule whose path fits is taken. "" tells nothing. */
const rules: readonly (readonly [path: RegExp, words: (name: string, change: ChangedField) => string])[] = [
  [/^\.image$/, () => "image"],
  // Told whole, beside the rules.
  [/^\.(ready|base)\b/, () => ""],
  [/^\.clusters\[name="[^"]*"\]\.image$/, () => "image"],
  [
    /^\.clusters\[name="([^"]*)"\]\.pullSecret$/,
    (name, { from, to }) => (from || to ? `pull credentials in cluster ${name}` : ""),
  ],
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
  // The references are told with what they meant.
  [/^\.spec\.build\.(base|image)$/, () => ""],
  [/^\.spec\.(description|build)\b/, (name) => name],
  [/^\.clusters\[name="[^"]*"\]\.profile\b/, () => "platform profile"],
  // Crons and migrations are told by themselves.
  [/^\.clusters\[name="[^"]*"\]\.lead$/, () => ""],
  [/^\.clusters\[name="([^"]*)"\]$/, (name, change) => `cluster ${name}${addedOrRemoved(change)}`],
  [/^\.clusters\[name="([^"]*)"\]/, (name) => `addresses in cluster ${name}`],
  // Numbers and namespaces belong to dependencies, which are told already.
  [/^\.(numbers|namespaces)\b/, () => ""],
];

/**
 * What differs between two releases' inputs, in words, each at most once: `image`, `env LOG_LEVEL`, `env TOKEN removed`,
 * `replicas 2 -> 3`, `image registry/app:1.2 moved, sha256:aaaaaaaaaaaa -> sha256:bbbbbbbbbbbb`. Values of variables are
 * never told. Takes any JSON, since the previous inputs were stored, perhaps by an older version; what it does not know
 * is told by its path. Empty when nothing differs, and for a first release (previous is undefined).
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
  const ready = imageChange("image", field(previous, "ready"), field(next, "ready"));
  const base = imageChange("base image", field(previous, "base"), field(next, "base"));
  // Of a ready image everything is said by then.
  const others = ready.length === 0 ? words : words.filter((word) => word !== "image");
  return [...new Set([...ready, ...base, ...others])].filter((word) => word !== "");
}

/** A named image that is another one now, or the same name for something else. */
function imageChange(what: string, from: unknown, to: unknown): readonly string[] {
  const [asked, digest] = [field(from, "asked"), digestOf(from)];
  const [nextAsked, nextDigest] = [field(to, "asked"), digestOf(to)];
  if (nextAsked === undefined || asked === undefined) return [];
  if (asked !== nextAsked) return [`${what} ${told(asked)} -> ${told(nextAsked)}`];
  return digest === nextDigest ? [] : [`${what} ${told(asked)} moved, ${digest} -> ${nextDigest}`];
}

/** As much of a digest as tells it from others. */
function digestOf(image: unknown): string {
  return (
    told(field(image, "reference"))
      .split("@")[1]
      ?.slice(0, "sha256:".length + 12) ?? "none"
  );
}

function field(value: unknown, name: string): unknown {
  const entries: readonly [string, unknown][] =
    typeof value === "object" && value !== null ? Object.entries(value) : [];
  return entries.find(([key]) => key === name)?.[1];
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
