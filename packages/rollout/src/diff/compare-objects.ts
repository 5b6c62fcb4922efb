import { manager, releaseLabel } from "@fairway/manifests";
import {
  type ChangedField,
  changedFields,
  fieldsOwnedBy,
  type KubernetesObject,
  ownedPart,
  type SecretHider,
  shownValue,
} from "@fairway/objects";
import { keptAnnotation } from "../cluster/kept-fields.ts";
import type { FieldDiff } from "./cluster-diff.ts";

/** Book-keeping of rollouts in labels and annotations: others each time, and no change of the service. */
const bookkeeping = new Set([releaseLabel, "fairway.dev/rollout", "fairway.dev/epoch", keptAnnotation]);

/**
 * The fields that an apply would change, of those that we own, without secrets and without what every rollout changes.
 *
 * @param live what is stored
 * @param next what the API says would be stored
 * @param renamed names of objects that are named by their content, former to new: following them is no change of its own
 */
export function compareObjects(
  live: KubernetesObject,
  next: KubernetesObject,
  hider: SecretHider,
  renamed: ReadonlyMap<string, string> = new Map(),
): readonly FieldDiff[] {
  const fields = fieldsOwnedBy(manager, live, next);
  const part = (object: KubernetesObject): unknown =>
    hider.hide(content(fields === undefined ? object : ownedPart(object, fields)), object.kind);
  return fieldDiffs(part(live), part(next), renamed);
}

/**
 * The same without the API's word, where it refuses: the wanted fields that differ from what is stored. Defaults are not
 * known here, so what is stored and not wanted may be one.
 */
export function compareWanted(
  live: KubernetesObject,
  wanted: KubernetesObject,
  hider: SecretHider,
  renamed: ReadonlyMap<string, string> = new Map(),
): readonly FieldDiff[] {
  const part = (object: KubernetesObject): unknown => hider.hide(content(object), object.kind);
  return fieldDiffs(part(live), part(wanted), renamed).filter(({ change }) => change !== "removed");
}

function fieldDiffs(live: unknown, next: unknown, renamed: ReadonlyMap<string, string>): readonly FieldDiff[] {
  return changedFields(live, next)
    .flatMap(eachEntry)
    .filter(({ from, to }) => !(typeof from === "string" && typeof to === "string" && renamed.get(from) === to))
    .map(({ path, from, to }) => ({
      path,
      change: from === undefined ? "added" : to === undefined ? "removed" : "changed",
      ...(from === undefined ? {} : { from: shownValue(from) }),
      ...(to === undefined ? {} : { to: shownValue(to) }),
      hidden: typeof from === "symbol" || typeof to === "symbol",
    }));
}

/** Maps whose entries stand for themselves: the API leaves out a map without any. */
const maps = /\.(data|binaryData|stringData|labels|annotations|matchLabels|hard)$/;

function eachEntry(change: ChangedField): readonly ChangedField[] {
  const { path, from, to } = change;
  const isWhole = (one: unknown, other: unknown) => isRecord(one) && other === undefined;
  if (!maps.test(path) || !(isWhole(from, to) || isWhole(to, from))) return [change];
  return changedFields(from ?? {}, to ?? {}, path);
}

/** Without what the API server and rollouts write. */
function content(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { status: _, metadata, ...rest } = object;
  const { labels, annotations } = isRecord(metadata) ? metadata : {};
  return withoutBookkeeping({ ...rest, metadata: { labels, annotations } });
}

function withoutBookkeeping(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBookkeeping);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    if ((key !== "labels" && key !== "annotations") || !isRecord(inner)) return [key, withoutBookkeeping(inner)];
    const kept = Object.entries(inner).filter(([name]) => !bookkeeping.has(name));
    return [key, kept.length === 0 ? undefined : Object.fromEntries(kept)];
  });
  return Object.fromEntries(entries);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
