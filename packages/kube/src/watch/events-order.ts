import type { KubernetesObject } from "@fairway/objects";
import type { Informer } from "./informer.ts";

/** Of a namespace; Kubernetes itself forgets them after an hour. */
const eventsKept = 200;

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

/** The newest Events of a namespace, oldest first; older ones are forgotten. */
export function newestEvents(informer: Informer, namespace: string): readonly KubernetesObject[] {
  const seen = informer.objects(namespace).toSorted((a, b) => eventTime(a) - eventTime(b));
  for (const old of seen.slice(0, -eventsKept)) informer.forget(old);
  return seen.slice(-eventsKept);
}
