import type { KubernetesObject, LabelSelector } from "@fairway/objects";

/** Whether an object's labels fit. An empty selector fits everything, an absent one nothing. */
export function matchesSelector(selector: LabelSelector | undefined, object: KubernetesObject): boolean {
  if (selector === undefined) return false;
  const labels = object.metadata.labels ?? {};
  const { matchLabels } = selector;
  for (const name in matchLabels) if (labels[name] !== matchLabels[name]) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
    }
    return false;
  });
}
