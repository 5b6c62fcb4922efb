import type { KubernetesObject } from "@fairway/objects";

/** When an Event was last seen, in milliseconds since the epoch; 0 when it does not say. */
function eventTime(event: KubernetesObject): number {
  const series = event["series"];
  const inSeries = typeof series === "object" && series !== null ? Reflect.get(series, "lastObservedTime") : undefined;
  for (const time of [inSeries, event["lastTimestamp"], event["eventTime"], event.metadata.creationTimestamp]) {
    const milliseconds = typeof time === "string" ? Date.parse(time) : Number.NaN;
    if (!Number.isNaN(milliseconds)) return milliseconds;
  }
  return 0;
}

/** Oldest first. */
export function inOrder(events: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return events.toSorted((a, b) => eventTime(a) - eventTime(b));
}
