import {
  type ChangedField,
  changedFields,
  type KubernetesObject,
  type SecretHider,
  secretHider,
  shownValue,
} from "@fairway/objects";

/** What differs between the objects of two releases of one service in one cluster. */
export interface ObjectChanges {
  /** In short words, each once: `Deployment limits.cpu 400m -> 800m`, `label team added`. Values of variables are never told. */
  readonly changes: readonly string[];
  /** Whether pods are made of another template, so that all of them are replaced. */
  readonly restarts: boolean;
}

/**
 * Compares rendered objects by kind and name; a ConfigMap that is named by its content with the one whose place it takes.
 *
 * @param before JSON as it was stored, perhaps by an older version; `after` may be that too
 */
export function describeObjectChanges(
  service: string,
  before: readonly unknown[],
  after: readonly unknown[],
): ObjectChanges {
  const hider = secretHider();
  const [old, next] = [byKey(before.filter(isObject)), byKey(after.filter(isObject))];
  const changes: string[] = [];
  let restarts = false;
  for (const [key, object] of next) {
    const was = old.get(key);
    const name = titleOf(object, service);
    if (was === undefined) {
      changes.push(`${name} added`);
      continue;
    }
    const fields = safeChanges(was, object, hider);
    for (const field of fields) {
      const words = wordsOf(name, object.kind, field);
      if (words !== undefined) changes.push(words);
    }
    restarts ||= object.kind === "Deployment" && fields.some(({ path }) => path.startsWith(".spec.template"));
  }
  for (const [key, object] of old) if (!next.has(key)) changes.push(`${titleOf(object, service)} removed`);
  return { changes: [...new Set(changes)], restarts };
}

/** Looking for secrets costs more than comparing, so it is left to what differs. */
function safeChanges(was: KubernetesObject, is: KubernetesObject, hider: SecretHider): readonly ChangedField[] {
  const plain = changedFields(was, is);
  const keys = plain.map(({ path }) => metadataKey(path));
  if (keys.some((key) => key === undefined)) {
    return changedFields(hider.hide(was, was.kind), hider.hide(is, is.kind));
  }
  const hidden = (key: string, value: unknown): unknown => {
    const [map] = value === undefined ? [] : Object.values(Object(hider.hide({ annotations: { [key]: value } })));
    return Object.values(Object(map))[0];
  };
  return plain.map(({ path, from, to }, at) => ({
    path,
    from: hidden(keys[at] ?? "", from),
    to: hidden(keys[at] ?? "", to),
  }));
}

/** The name of a label or annotation that a path leads to. */
function metadataKey(path: string): string | undefined {
  const match = /\.metadata\.(?:label|annotation)s(?:\.(.+)|\["(.+)"\])$/.exec(path);
  return match === null ? undefined : (match[1] ?? match[2]);
}

function byKey(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.map((object) => [`${object.kind}/${nameOf(object)}`, object]));
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return kind === "ConfigMap" ? metadata.name.replace(/-[0-9a-f]{10}$/, "") : metadata.name;
}

function titleOf(object: KubernetesObject, service: string): string {
  const name = nameOf(object);
  return name === service ? object.kind : `${object.kind} ${name}`;
}

function wordsOf(title: string, kind: string, change: ChangedField): string | undefined {
  const { path, from, to } = change;
  // Objects that follow a name which its content makes are no change of their own.
  if (/configMapRef\.name$/.test(path) || (kind === "ConfigMap" && path === ".metadata.name")) return undefined;
  const key = metadataKey(path);
  if (key !== undefined) return `${path.includes(".labels") ? "label" : "annotation"} ${key} ${told(change)}`;
  const variable = kind === "ConfigMap" ? /^\.data(?:\.(.+)|\["(.+)"\])$/.exec(path) : null;
  if (variable !== null) {
    const what = from === undefined ? "added" : to === undefined ? "removed" : "changed";
    return `variable ${variable[1] ?? variable[2]} ${what}`;
  }
  return `${title} ${shortPath(path)} ${told(change)}`;
}

function shortPath(path: string): string {
  return path
    .replace(/^\.spec\.template\.spec\./, "")
    .replace(/^\.spec\./, "")
    .replace(/^\./, "")
    .replace(/^containers\[name="app"\]\./, "")
    .replace(/^resources\./, "");
}

const longest = 60;

function told({ from, to }: ChangedField): string {
  const [was, is] = [word(from), word(to)];
  if (from === undefined) return is === undefined ? "added" : `added: ${is}`;
  if (to === undefined) return "removed";
  return was === undefined || is === undefined ? "changed" : `${was} -> ${is}`;
}

/** A value that can be told in a word. */
function word(value: unknown): string | undefined {
  const shown = shownValue(value);
  if (shown === null || shown === undefined || typeof shown === "object") return undefined;
  // As much of a digest as tells it from others.
  const text = String(shown).replace(/(@sha256:[0-9a-f]{12})[0-9a-f]{52}/, "$1");
  return text.length > longest && !/@sha256:\w{12}$/.test(text) ? `${text.slice(0, longest)}...` : text;
}

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "kind" in value && "apiVersion" in value && "metadata" in value;
}
