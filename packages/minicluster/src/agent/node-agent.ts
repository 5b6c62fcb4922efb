import { isPod, type Pod } from "@fairway/objects";
import type { Clock } from "../clock/clock.ts";
import type { EventRecorder } from "../controllers/event-recorder.ts";
import { keyOf, refOfKey } from "../controllers/object-key.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { type BackOffTimes, DEFAULT_BACK_OFF } from "./back-off.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import { type PodWorker, startPodWorker } from "./pod-worker.ts";

export interface NodeAgentOptions {
  readonly node: string;
  readonly objects: ObjectsApi;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly backOff?: BackOffTimes;
  readonly onError: (message: string) => void;
}

export interface NodeAgent {
  /** Ends all pods' containers, without touching the pods' objects. */
  stop(options: { readonly graceMilliseconds: number }): Promise<void>;
  /** Writes all pods' states again, after the cluster's objects were replaced by older ones. */
  refresh(): void;
}

/** Runs the pods that are assigned to one node, until it is stopped. */
export function startNodeAgent(options: NodeAgentOptions): NodeAgent {
  const { objects, node } = options;
  const context = { ...options, backOff: options.backOff ?? DEFAULT_BACK_OFF };
  const workers = new Map<string, PodWorker>();
  const leaving = new Set<Promise<void>>();
  let stopping = false;

  function look(pod: Pod): void {
    if (stopping || pod.spec?.nodeName !== node) return;
    const key = keyOf(pod);
    const known = workers.get(key);
    if (known && known.uid === pod.metadata.uid) {
      known.update(pod);
      return;
    }
    if (known) lose(key, known);
    const worker = startPodWorker(pod, context);
    workers.set(key, worker);
    void worker.gone.then(() => {
      if (workers.get(key) === worker) workers.delete(key);
    });
  }

  /** The object is gone (a forced deletion): so are the containers. */
  function lose(key: string, worker: PodWorker): void {
    workers.delete(key);
    const left = worker.stop({ graceMilliseconds: 0 }).finally(() => leaving.delete(left));
    leaving.add(left);
  }

  // Taking a pod over writes its status; that must not happen inside of another write's notification.
  const pending = new Map<string | undefined, { readonly pod: Pod; readonly isGone: boolean }>();
  let cancel: (() => void) | undefined;
  function later(pod: Pod, isGone: boolean): void {
    pending.set(pod.metadata.uid, { pod, isGone });
    cancel ??= options.clock.after(0, () => {
      cancel = undefined;
      const work = [...pending.values()];
      pending.clear();
      for (const { pod: told, isGone } of work) {
        const key = keyOf(told);
        const { uid } = told.metadata;
        if (isGone) {
          const worker = workers.get(key);
          if (worker && worker.uid === uid) lose(key, worker);
          continue;
        }
        const found = objects.get(refOfKey("pods", key));
        if (found && isPod(found) && found.metadata.uid === uid) look(found);
      }
    });
  }

  const unsubscribe = objects.subscribe(({ type, resource, object }) => {
    if (resource !== "pods" || !isPod(object) || object.spec?.nodeName !== node) return;
    later(object, type === "DELETED");
  });
  for (const object of objects.list("pods")) if (isPod(object)) look(object);

  return {
    refresh() {
      for (const worker of workers.values()) worker.refresh();
    },
    async stop({ graceMilliseconds }) {
      stopping = true;
      unsubscribe();
      cancel?.();
      await Promise.all([...workers.values()].map((worker) => worker.stop({ graceMilliseconds })));
      await Promise.all(leaving);
    },
  };
}
