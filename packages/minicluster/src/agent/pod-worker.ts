import { isFinished, isPod, type Pod } from "@fairway/objects";
import { type Clock, noMore } from "../clock/clock.ts";
import { POD_PORT } from "../controllers/endpoint-slice/endpoint-slices.ts";
import type { EventRecorder } from "../controllers/event-recorder.ts";
import { keyOf, refOfKey, timeOf } from "../controllers/object-key.ts";
import { sameAsJson } from "../json.ts";
import type { ObjectsApi } from "../objects-api.ts";
import type { BackOffTimes } from "./back-off.ts";
import type { ContainerRuntime, PodIdentity } from "./container-runtime.ts";
import { type ContainerWorker, gracePeriod, startContainerWorker } from "./container-worker.ts";
import { type ContainerRecord, isSidecar, podStatus, recoveredContainer } from "./pod-status.ts";
import { keepPodVolumes } from "./volumes/pod-volumes.ts";

export const MANAGER = "kubelet";

export interface PodWorkerContext {
  readonly objects: ObjectsApi;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly backOff: BackOffTimes;
  readonly onError: (message: string) => void;
}

/** One pod of this node, from its first container to its last. */
export interface PodWorker {
  readonly uid: string;
  /** The pod object has changed; a deletion that was asked for begins. */
  update(pod: Pod): void;
  /** Writes the status when it is not what is stored. */
  refresh(): void;
  /** Ends the containers because the object is gone, or because the agent stops. Resolves when they have ended. */
  stop(options: { readonly graceMilliseconds: number }): Promise<void>;
  /** Resolves when nothing of the pod is left. */
  readonly gone: Promise<void>;
}

/** Takes a pod over. A pod that was running before this agent started is started again. */
export function startPodWorker(first: Pod, context: PodWorkerContext): PodWorker {
  const { objects, clock, events } = context;
  const identity: PodIdentity = {
    namespace: first.metadata.namespace ?? "",
    name: first.metadata.name,
    uid: first.metadata.uid ?? "",
  };
  const key = refOfKey("pods", keyOf(first));
  const now = clock.now();
  const waiting = (first.spec?.initContainers ?? []).length > 0 ? "PodInitializing" : "ContainerCreating";
  const inits = (first.spec?.initContainers ?? []).map((spec) => recoveredContainer(spec, undefined, now, waiting));
  const containers = (first.spec?.containers ?? []).map((spec) =>
    recoveredContainer(
      spec,
      first.status?.containerStatuses?.find(({ name }) => name === spec.name),
      now,
      waiting,
    ),
  );
  const ending = new AbortController();
  /** Sidecars end last. */
  const endingSidecars = new AbortController();
  const workers: ContainerWorker[] = [];
  const sidecars: ContainerWorker[] = [];
  const gone = Promise.withResolvers<void>();
  let pod = first;
  let port: string | undefined;
  let stopped = false;
  let terminating = false;
  let removed = false;

  function current(): Pod | undefined {
    const object = objects.get(key);
    return object && isPod(object) && object.metadata.uid === identity.uid ? object : undefined;
  }

  function publish(ended = false): void {
    const stored = current();
    if (!stored || stopped) return;
    pod = stored;
    const status = podStatus(stored, inits, containers, ended, clock.now());
    const { resourceVersion: _, ...metadata } = stored.metadata;
    const hasPort = port === undefined || metadata.annotations?.[POD_PORT] === port;
    if (hasPort && sameAsJson(status, stored.status)) return;
    const told = hasPort ? metadata : { ...metadata, annotations: { ...metadata.annotations, [POD_PORT]: port ?? "" } };
    guarded("status", () => {
      objects.update("pods", { ...stored, metadata: told, status }, { manager: MANAGER, subresource: "status" });
    });
  }

  /** Told with the status that comes next. */
  function notePort(record: ContainerRecord, given: number): void {
    if (record === containers.find(({ spec }) => (spec.ports ?? []).length > 0)) port = String(given);
  }

  function guarded(what: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      context.onError(`pod ${identity.namespace}/${identity.name}: ${what} not written: ${String(error)}`);
    }
  }

  function work(record: ContainerRecord, init: boolean): { worker: ContainerWorker; started: Promise<void> } {
    const started = Promise.withResolvers<void>();
    const stays = isSidecar(record.spec);
    const worker = startContainerWorker({
      objects,
      clock,
      events,
      runtime: context.runtime,
      backOff: context.backOff,
      pod: () => pod,
      identity,
      record,
      init: init && !stays,
      ending: stays ? endingSidecars.signal : ending.signal,
      publish: () => {
        publish();
        if (record.started) started.resolve();
      },
      onPort: (given) => notePort(record, given),
    });
    (stays ? sidecars : workers).push(worker);
    return { worker, started: started.promise };
  }

  async function live(): Promise<void> {
    await volumes.ready(ending.signal);
    if (ending.signal.aborted) return;
    for (const record of inits) {
      const { worker, started } = work(record, true);
      if (isSidecar(record.spec)) await Promise.race([started, worker.done]);
      else await worker.done;
      if (ending.signal.aborted) return;
      if (!isSidecar(record.spec) && record.state.terminated?.exitCode !== 0) {
        await endSidecars(clock.now() + gracePeriod(pod) * 1000, true);
        return publish();
      }
    }
    await Promise.all(containers.map((record) => work(record, false).worker.done));
    if (!ending.signal.aborted) await endSidecars(clock.now() + gracePeriod(pod) * 1000, true);
    publish();
  }

  /** One after the other, the last one first, as they may need those before them. */
  async function endSidecars(deadline: number, preStop: boolean): Promise<void> {
    endingSidecars.abort(noMore);
    for (const sidecar of sidecars.toReversed()) await sidecar.stop(deadline, { preStop });
  }

  async function terminate(): Promise<void> {
    await living;
    await Promise.all(sidecars.map(({ done }) => done));
    if (stopped) return;
    publish(true);
    await forget();
    guarded("deletion", () => {
      if (current()) objects.remove(key, { gracePeriodSeconds: 0, uid: identity.uid });
    });
    gone.resolve();
  }

  async function forget(): Promise<void> {
    if (removed) return;
    removed = true;
    volumes.stop();
    await context.runtime.removePod(identity).catch((error: unknown) => {
      context.onError(`pod ${identity.namespace}/${identity.name}: not removed: ${String(error)}`);
    });
  }

  async function end(deadline: number, preStop: boolean): Promise<void> {
    ending.abort(noMore);
    await Promise.all(workers.map((worker) => worker.stop(deadline, { preStop })));
    await endSidecars(deadline, preStop);
  }

  const { runtime } = context;
  const volumes = keepPodVolumes({ objects, clock, events, runtime, identity, pod: () => pod });
  publish();
  const living: Promise<void> =
    isFinished(first) || first.metadata.deletionTimestamp !== undefined ? Promise.resolve() : live();
  living.catch((error: unknown) => context.onError(`pod ${identity.namespace}/${identity.name}: ${String(error)}`));

  const worker: PodWorker = {
    uid: identity.uid,
    gone: gone.promise,
    refresh: () => publish(),
    update(next) {
      pod = next;
      volumes.refresh();
      if (next.metadata.deletionTimestamp === undefined || stopped) return;
      // The time of deletion already includes the grace period.
      const at = timeOf(next.metadata.deletionTimestamp) ?? clock.now();
      // It is kept in whole seconds; what is cut off is given back.
      void end(Math.min(at + 999, clock.now() + gracePeriod(next) * 1000), true);
      if (terminating) return;
      terminating = true;
      void terminate();
    },
    async stop({ graceMilliseconds }) {
      const objectIsGone = current() === undefined;
      if (!objectIsGone) publish();
      stopped = true;
      volumes.stop();
      await end(clock.now() + graceMilliseconds, false);
      await living.catch(() => undefined);
      if (objectIsGone) await forget();
      gone.resolve();
    },
  };
  if (first.metadata.deletionTimestamp !== undefined) worker.update(first);
  return worker;
}
