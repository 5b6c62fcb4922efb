import { fieldPaths, isWithin, type KubernetesObject, type SecretHider, shownValue } from "@fairway/objects";
import { additions, ownerOf } from "../cluster/field-owners.ts";
import { isKept, keptFields } from "../cluster/kept-fields.ts";
import { compareObjects } from "../diff/compare-objects.ts";
import type { FieldDrift } from "./cluster-drift.ts";

/** Writes `replicas` for whatever scales a workload; who scales is no business of a release's number. */
const autoscaling = "kube-controller-manager";

/**
 * What others have changed in an object. What the API fills in, controllers write and autoscalers decide is none of it.
 *
 * @param live what is stored
 * @param next what would be stored if the release took its fields back
 */
export function fieldDrift(
  object: KubernetesObject,
  live: KubernetesObject,
  next: KubernetesObject,
  hider: SecretHider,
): readonly FieldDrift[] {
  const changed = compareObjects(live, next, hider)
    .filter(({ path }) => !isKept(object, path))
    .map(({ path, change, from, to, hidden }): FieldDrift => {
      // From what lives to what is wanted is the way back.
      const did = ({ added: "removed", removed: "added", changed: "changed" } as const)[change];
      const values = { ...(to === undefined ? {} : { wanted: to }), ...(from === undefined ? {} : { live: from }) };
      return { path, change: did, ...values, hidden, ...who(live, path), kept: false };
    })
    .filter(({ path, manager }) => path !== ".spec.replicas" || manager !== autoscaling);
  const values = hiddenValues(next, hider);
  const added = additions(next)
    .filter(({ path }) => !isKept(object, path) && !changed.some((one) => isWithin(path, one.path)))
    .map(({ path, manager, at }): FieldDrift => {
      const by = { manager, ...(at === undefined ? {} : { at }) };
      return { path, change: "added", ...shown({ live: values.get(path) }), ...by, kept: false };
    });
  return [...changed, ...added, ...left(object, live, hider)];
}

/** Fields that were left to others, where others have them. */
function left(object: KubernetesObject, live: KubernetesObject, hider: SecretHider): readonly FieldDrift[] {
  const there = hiddenValues(live, hider);
  const wanted = hiddenValues(object, hider);
  return keptFields(object).flatMap((path): readonly FieldDrift[] => {
    if (ownerOf(live, path) === undefined) return [];
    const sides = { wanted: wanted.get(path), live: there.get(path) };
    const change = sides.wanted === undefined ? "added" : sides.live === undefined ? "removed" : "changed";
    return [{ path, change, ...shown(sides), ...who(live, path), kept: true }];
  });
}

function who(live: KubernetesObject, path: string): Pick<FieldDrift, "manager" | "at"> {
  const owner = ownerOf(live, path);
  if (owner === undefined) return {};
  return { manager: owner.manager, ...(owner.at === undefined ? {} : { at: owner.at }) };
}

function hiddenValues(object: KubernetesObject, hider: SecretHider): ReadonlyMap<string, unknown> {
  return new Map(fieldPaths(hider.hide(object, object.kind)).map(({ path, value }) => [path, value]));
}

/** The two sides of a field, fit to be seen. */
function shown(sides: {
  readonly wanted?: unknown;
  readonly live?: unknown;
}): Pick<FieldDrift, "wanted" | "live" | "hidden"> {
  const { wanted, live } = sides;
  return {
    ...(wanted === undefined ? {} : { wanted: shownValue(wanted) }),
    ...(live === undefined ? {} : { live: shownValue(live) }),
    hidden: typeof wanted === "symbol" || typeof live === "symbol",
  };
}
