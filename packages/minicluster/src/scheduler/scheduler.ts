import { type Condition, isFinished, isNode, isPod, type Pod } from "@fairway/objects";
import { type Clock, timestamp } from "../clock/clock.ts";
import { conditionOf, withCondition } from "../controllers/conditions.ts";
import type { Controller } from "../controllers/controller.ts";
import type { EventRecorder } from "../controllers/event-recorder.ts";
import { keyOf, refOfKey } from "../controllers/object-key.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { placePod } from "./fit.ts";
import { nodeLoads } from "./node-loads.ts";

const MANAGER = "default-scheduler";

/** Gives pods their node, or says why none takes them; tries again when pods leave or nodes change. */
export function scheduler(objects: ObjectsApi, clock: Clock, events: EventRecorder): Controller {
  const unschedulable = new Set<string>();
  const loads = nodeLoads();
  return {
    name: MANAGER,
    resources: ["pods"],
    keysOf({ type, resource, object }) {
      if (resource === "nodes") return [...unschedulable];
      if (resource !== "pods" || !isPod(object)) return [];
      const key = keyOf(object);
      if (type === "DELETED") loads.remove(object);
      else loads.set(object);
      if (type === "DELETED") {
        unschedulable.delete(key);
        return [...unschedulable];
      }
      if (object.spec?.nodeName !== undefined) return isFinished(object) ? [...unschedulable] : [];
      // Its own condition is no news.
      return unschedulable.has(key) && type === "MODIFIED" ? [] : [key];
    },
    reconcile(key) {
      const pod = objects.get(refOfKey("pods", key));
      if (!pod || !isPod(pod) || pod.spec?.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) {
        unschedulable.delete(key);
        return;
      }
      const placement = placePod(pod, objects.list("nodes").filter(isNode).map(loads.of));
      if (!placement.fits) {
        unschedulable.add(key);
        refuse(pod, placement.message);
        return;
      }
      unschedulable.delete(key);
      const { namespace = "", name } = pod.metadata;
      objects.bind({ namespace, name }, placement.node);
      events.record(pod, "Normal", "Scheduled", `Successfully assigned ${key} to ${placement.node}`);
      return undefined;
    },
  };

  function refuse(pod: Pod, message: string): void {
    const known = conditionOf(pod.status?.conditions, "PodScheduled");
    if (known?.status !== "False" || known.message !== message) {
      const condition: Condition & { readonly lastTransitionTime: string } = {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message,
        lastTransitionTime: timestamp(clock.now()),
      };
      const conditions = withCondition(pod.status?.conditions ?? [], condition);
      const { resourceVersion: _, ...metadata } = pod.metadata;
      objects.update(
        "pods",
        { ...pod, metadata, status: { ...pod.status, conditions } },
        { manager: MANAGER, subresource: "status" },
      );
    }
    events.record(pod, "Warning", "FailedScheduling", message);
  }
}
