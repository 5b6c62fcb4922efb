import { type ChangedField, changedFields } from "@fairway/objects";

/** How a changed field of the inputs is told; the first rule whose path fits is taken. "" tells nothing. */
const rules: readonly (readonly [path: RegExp, words: (name: string, change: ChangedField) => string])[] = [
  [/^\.image$/, (_, change) => builtImage(change)],
  // Told whole, beside the rules.
  [/^\.(ready|base|extras)\b/, () => ""],
  [/^\.clusters\[name="[^"]*"\]\.image$/, (_, change) => builtImage(change)],
  [
    /^\.clusters\[name="([^"]*)"\]\.pullSecret$/,
    (name, { from, to }) => (from || to ? `pull credentials in cluster ${name}` : ""),
  ],
  [/^\.spec\.env\.(\w+)$/, (name, change) => `env ${name}${addedOrRemoved(change)}`],
  [/^\.spec\.replicas$/, (_, change) => `replicas ${fromTo(change)}`],
  [/^\.spec\.replicas\.cpu$/, (_, change) => `replicas at CPU percent ${fromTo(change)}`],
  [/^\.spec\.replicas\.(min|max)$/, (name, change) => `replicas ${name} ${fromTo(change)}`],
  [/^\.spec\.engine\.size$/, (_, change) => `size ${fromTo(change)}`],
  [/^\.spec\.engine\.version$/, (_, change) => `engine version ${fromTo(change)}`],
  [/^\.spec\.engine\.name$/, (_, change) => `engine ${fromTo(change)}`],
  [/^\.spec\.run\.(port|grace)$/, (name, change) => `${name} ${fromTo(change)}`],
  [/^\.spec\.run\.(command|args)\b/, (name) => name],
  [/^\.spec\.health\.(live|ready|startup)\b/, (name) => `health ${name}`],
  [/^\.spec\.dependencies\[name="([^"]*)"\]$/, (name, change) => `dependency ${name}${addedOrRemoved(change)}`],
  [/^\.spec\.dependencies\[name="([^"]*)"\]/, (name) => `dependency ${name}`],
  [/^\.spec\.(owner|kind)$/, (name, change) => `${name} ${fromTo(change)}`],
  [/^\.spec\.(oncall|links|metrics|migrations|slo)\b/, (name) => name],
  [/^\.spec\.crons\[name="([^"]*)"\]$/, (name, change) => `cron ${name}${addedOrRemoved(change)}`],
  [/^\.spec\.crons\[name="([^"]*)"\]/, (name) => `cron ${name}`],
  [/^\.spec\.storages\[name="([^"]*)"\]$/, (name, change) => `storage ${name}${addedOrRemoved(change)}`],
  [/^\.spec\.storages\[name="([^"]*)"\]/, (name) => `storage ${name}`],
  [/^\.spec\.(crons|storages|events|secrets|dependencies)\b/, (name) => name],
  [/^\.spec\.public\[host="([^"]*)"\]$/, (host, change) => `public host ${host}${addedOrRemoved(change)}`],
  [/^\.spec\.public\[host="([^"]*)"\]/, (host) => `public host ${host}`],
  [/^\.spec\.public\b/, () => "public hosts"],
  [/^\.spec\.deploy\.strategy$/, (_, change) => `strategy ${fromTo(change)}`],
  [/^\.spec\.deploy\.timeout$/, (_, change) => `deploy timeout ${fromTo(change)}`],
  [/^\.spec\.deploy\.(\w+)/, (name) => `deploy ${name}`],
  [/^\.spec\.resources\.(cpu|memory|netutil)$/, (name, change) => `${name} ${fromTo(change)}`],
  [/^\.spec\.resources\.limits\.(cpu|memory)$/, (name, change) => `${name} limit factor ${fromTo(change)}`],
  [/^\.spec\.memory\.stagger$/, (_, change) => `memory stagger ${fromTo(change)}`],
  [/^\.spec\.(deploy|resources|memory)$/, (name) => name],
  [/^\.spec\.kubernetes\b/, () => "patches of Kubernetes objects"],
  // The references are told with what they meant.
  [/^\.spec\.build\.(base|image)$/, () => ""],
  [/^\.spec\.(description|build)\b/, (name) => name],
  [/^(\.clusters\[name="[^"]*"\])?\.profile\b/, () => "platform profile"],
  [/^\.namespace$/, (_, change) => (change.from === undefined ? "" : `namespace ${fromTo(change)}`)],
  // Crons and migrations are told by themselves.
  [/^\.clusters\[name="[^"]*"\]\.lead$/, () => ""],
  [/^\.clusters\[name="([^"]*)"\]$/, (name, change) => `cluster ${name}${addedOrRemoved(change)}`],
  [/^\.clusters\[name="([^"]*)"\]/, (name) => `addresses in cluster ${name}`],
  // Numbers and namespaces belong to dependencies, which are told already.
  [/^\.(numbers|namespaces)\b/, () => ""],
];

/**
 * What differs between two releases' inputs, in words, each at most once: `image 9f2c41 -> 1b77c0`, `env LOG_LEVEL`, `env TOKEN removed`,
 * `replicas 2 -> 3`, `image registry/app:1.2 moved, sha256:aaaaaaaaaaaa -> sha256:bbbbbbbbbbbb`. Values of variables are
 * never told. Takes any JSON, since the previous inputs were stored, perhaps by an older version; what it does not know
 * is told by its path. Empty when nothing differs, and for a first release (previous is undefined).
 */
export function describeChanges(previous: unknown, next: unknown): readonly string[] {
  if (previous === undefined) return [];
  const words = changedFields(previous, next).map((change) => {
    // Fields that an older version did not know, and that say nothing.
    if (change.from === undefined && isNothing(change.to)) return "";
    for (const [path, tell] of rules) {
      const match = path.exec(change.path);
      if (match !== null) return tell(match[1] ?? "", change);
    }
    return change.path.slice(1);
  });
  const ready = imageChange("image", field(previous, "ready"), field(next, "ready"));
  const base = imageChange("base image", field(previous, "base"), field(next, "base"));
  // Of a ready image everything is said by then.
  const others = ready.length === 0 ? words : words.filter((word) => !/^image\b/.test(word));
  const extras = extraChanges(field(previous, "extras"), field(next, "extras"));
  return [...new Set([...ready, ...base, ...others, ...extras])].filter((word) => word !== "");
}

/** Of what was built of a service's folder: the beginnings of the digests, as long as those of releases' names are shown. */
function builtImage({ from, to }: ChangedField): string {
  const [was, is] = [from, to].map((reference) => /@sha256:([0-9a-f]{6})/.exec(told(reference))?.[1]);
  return was === undefined || is === undefined || was === is ? "image" : `image ${was} -> ${is}`;
}

/** A named image that is another one now, or the same name for something else. */
function imageChange(what: string, from: unknown, to: unknown): readonly string[] {
  const [asked, digest] = [field(from, "asked"), digestOf(from)];
  const [nextAsked, nextDigest] = [field(to, "asked"), digestOf(to)];
  if (nextAsked === undefined || asked === undefined) return [];
  if (asked !== nextAsked) return [`${what} ${told(asked)} -> ${told(nextAsked)}`];
  return digest === nextDigest ? [] : [`${what} ${told(asked)} moved, ${digest} -> ${nextDigest}`];
}

/** Objects that the team brings itself. */
function extraChanges(from: unknown, to: unknown): readonly string[] {
  const [before, after] = [extrasByName(from), extrasByName(to)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const change = { path: "", from: before.get(name), to: after.get(name) };
    return changedFields(change.from, change.to).length === 0 ? [] : [`object ${name}${addedOrRemoved(change)}`];
  });
}

function extrasByName(extras: unknown): ReadonlyMap<string, unknown> {
  const list: readonly unknown[] = Array.isArray(extras) ? extras : [];
  return new Map(
    list.map((object) => [`${told(field(object, "kind"))}/${told(field(field(object, "metadata"), "name"))}`, object]),
  );
}

/** Whether a field is as if nobody had written it. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "rolling") return true;
  return typeof value === "object" && Object.values(value).every(isNothing);
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
  if (value === undefined || value === null) return "none";
  if (typeof value !== "object") return String(value);
  const [min, max] = [field(value, "min"), field(value, "max")];
  return min === undefined || max === undefined ? "..." : `${told(min)} to ${told(max)}`;
}
