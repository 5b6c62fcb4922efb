import type { Event, KubernetesObject } from "@fairway/objects";
import { type Clock, timestamp } from "../clock/clock.ts";
import type { ObjectsApi } from "../objects-api.ts";

export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

export interface EventRecorder {
  /**
   * Says something about an object; the same words about the same object are counted, not repeated.
   * @param fieldPath the part that is meant, for example `spec.containers{app}`
   */
  record(
    about: KubernetesObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
}

/** As many different events are remembered for counting (client-go `tools/record/events_cache.go`). */
const REMEMBERED = 4096;
/** etcd's limit for what kubelets write (client-go cuts at the same length). */
const MESSAGE_LENGTH = 1024;

/** Of all recorders of a cluster: two may tell of objects of one name in one millisecond. */
const serials = new WeakMap<ObjectsApi, number>();

/** Writes core/v1 Events. Never throws: events are best effort. */
export function createEventRecorder(objects: ObjectsApi, clock: Clock, source: EventSource): EventRecorder {
  const known = new Map<string, { readonly namespace: string; readonly name: string }>();

  function again(key: string, now: string): boolean {
    const at = known.get(key);
    const event = at && objects.get({ resource: "events", ...at });
    if (!event) return false;
    const count = event["count"];
    objects.update(
      "events",
      { ...event, count: (typeof count === "number" ? count : 1) + 1, lastTimestamp: now },
      { manager: source.component },
    );
    return true;
  }

  return {
    record(about, type, reason, fullMessage, fieldPath) {
      const message = fullMessage.slice(0, MESSAGE_LENGTH);
      const namespace = about.metadata.namespace ?? "default";
      const { uid, name: named } = about.metadata;
      const key = `${about.kind} ${uid} ${namespace} ${named} ${fieldPath} ${type} ${reason} ${message}`;
      const now = timestamp(clock.now());
      try {
        if (again(key, now)) return;
        const serial = serials.get(objects) ?? 0;
        serials.set(objects, serial + 1);
        // As client-go names them: nanoseconds in hexadecimal; the serial keeps two of one millisecond apart.
        const suffix = (BigInt(clock.now()) * 1_000_000n + BigInt(serial % 1_000_000)).toString(16);
        const name = `${about.metadata.name}.${suffix}`;
        const event: Event = {
          apiVersion: "v1",
          kind: "Event",
          metadata: { name, namespace },
          involvedObject: {
            apiVersion: about.apiVersion,
            kind: about.kind,
            name: about.metadata.name,
            ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
            ...(about.metadata.uid === undefined ? {} : { uid: about.metadata.uid }),
            ...(fieldPath === undefined ? {} : { fieldPath }),
          },
          type,
          reason,
          message,
          count: 1,
          firstTimestamp: now,
          lastTimestamp: now,
          source: { ...source },
          reportingComponent: source.component,
          reportingInstance: source.host ?? "",
        };
        objects.create("events", event, { manager: source.component });
        known.set(key, { namespace, name });
        const [oldest] = known.keys();
        if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
      } catch {
        // For example in a namespace that is being deleted, or when the disk is full.
      }
    },
  };
}
