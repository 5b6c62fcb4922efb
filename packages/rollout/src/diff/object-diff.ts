import { type KubernetesObject, keyOf, type ObjectRef, refKey, refOf, type SecretHider } from "@fairway/objects";
import type { ObjectDiff, Risk } from "./cluster-diff.ts";
import { compareObjects, compareWanted } from "./compare-objects.ts";
import { publicAddresses } from "./public-addresses.ts";
import { risksOf } from "./risks.ts";
import type { Tried } from "./try-desired.ts";

/**
 * What would become of an object; undefined: nothing.
 *
 * @param predecessor the one whose place a new object takes
 * @param renamed as in `compareObjects`
 */
export function objectDiff(
  { object, live, next, immutable = [] }: Tried,
  predecessor: KubernetesObject | undefined,
  hider: SecretHider,
  renamed: ReadonlyMap<string, string>,
): ObjectDiff | undefined {
  const ref = refOf(object);
  if (live === undefined) {
    if (predecessor === undefined) return { ...ref, change: "created", fields: [], risks: [] };
    const fields = compareObjects(predecessor, next ?? object, hider, renamed);
    return { ...ref, change: "changed", insteadOf: predecessor.metadata.name, fields, risks: [] };
  }
  hider.hide(live, live.kind);
  const fields =
    next === undefined ? compareWanted(live, object, hider, renamed) : compareObjects(live, next, hider, renamed);
  const risks = [...refusedRisks(immutable, hider), ...(next === undefined ? [] : risksOf(live, next, fields))];
  return fields.length === 0 && risks.length === 0 ? undefined : { ...ref, change: "changed", fields, risks };
}

function refusedRisks(immutable: NonNullable<Tried["immutable"]>, hider: SecretHider): readonly Risk[] {
  if (immutable.length === 0) return [];
  const refused = immutable.map(
    ({ field, message }): Risk => ({
      code: "immutable",
      why: hider.clean(message),
      ...(field === undefined ? {} : { path: field.startsWith(".") ? field : `.${field}` }),
    }),
  );
  return [...refused, { code: "replace", why: "only a new object can have it, and a deploy does not delete this one" }];
}

/** What goes. */
export function removal(ref: ObjectRef): ObjectDiff {
  return {
    ...ref,
    change: "removed",
    fields: [],
    risks: [{ code: "removed", why: "the new release does not have it" }],
  };
}

/** Addresses that lead here now and will not, by the object that has them. One that only moves to another object is none. */
export function lostAddresses(
  live: readonly KubernetesObject[],
  next: readonly KubernetesObject[],
): ReadonlyMap<string, readonly string[]> {
  const kept = new Set(next.flatMap(publicAddresses));
  return new Map(
    live.map((object) => [keyOf(object), publicAddresses(object).filter((address) => !kept.has(address))]),
  );
}

/** With the addresses that are lost with the object. */
export function withLost(diff: ObjectDiff, lost: ReadonlyMap<string, readonly string[]>): ObjectDiff {
  const risks = (lost.get(refKey(diff)) ?? []).map((address): Risk => ({ code: "host-lost", why: address }));
  return risks.length === 0 ? diff : { ...diff, risks: [...risks, ...diff.risks] };
}
