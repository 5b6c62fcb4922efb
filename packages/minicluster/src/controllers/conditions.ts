import type { Condition } from "@fairway/objects";

/** The list with this condition; its transition time stays when the status does. */
export function withCondition(
  conditions: readonly Condition[],
  condition: Condition & { readonly lastTransitionTime: string },
): readonly Condition[] {
  const known = conditions.find(({ type }) => type === condition.type);
  const transition =
    known?.status === condition.status && known.lastTransitionTime !== undefined
      ? known.lastTransitionTime
      : condition.lastTransitionTime;
  const next = { ...condition, lastTransitionTime: transition };
  return known ? conditions.map((one) => (one === known ? next : one)) : [...conditions, next];
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
