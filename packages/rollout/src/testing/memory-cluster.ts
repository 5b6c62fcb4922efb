import { isEvent, isHttpRoute, isNode, isPod, isService, type KubernetesObject, refOf } from "@fairway/objects";
import { type ApplyOptions, type Clock, type Cluster, ClusterError, type Observation } from "../ports.ts";
import { mergeApply, mergeUpdate } from "./field-ownership.ts";
import { memoryAutoscaler } from "./memory-autoscaler.ts";
import { memoryEndpoints } from "./memory-endpoints.ts";
import { type JobBehaviour, memoryJobs } from "./memory-jobs.ts";
import { memoryObjects } from "./memory-objects.ts";
import { memoryRouting } from "./memory-routing.ts";
import { type Behaviour, memoryWorkloads } from "./memory-workloads.ts";

export type { Behaviour } from "./memory-workloads.ts";

/** A cluster in memory with handles for tests. */
export interface MemoryCluster extends Cluster {
  /** What is stored, also while it cannot be reached. */
  objects(namespace?: string): readonly KubernetesObject[];
  /** Scripts the pods of a release; by default they get ready after half a second. */
  script(release: string, behaviour: Behaviour): void;
  /** Scripts the pods of Jobs; by default they succeed after a second. */
  scriptJobs(behaviour: JobBehaviour): void;
  /** Jobs that have run, by name. */
  readonly jobs: readonly string[];
  /** From now on no router takes what it is told; `false`: they do again. */
  stickRouters(stuck: boolean): void;
  applyAs(manager: string, object: KubernetesObject): void;
  /** Changes an object as `kubectl edit` or an autoscaler does: past server-side apply, without asking who owns what. */
  updateAs(manager: string, object: KubernetesObject): void;
  /** From now on the API cannot be reached; pods go on. */
  cut(): void;
  mend(): void;
  /** Called after each stored change. */
  onChange(listener: () => void): () => void;
}

/**
 * A cluster in memory: server-side apply over maps, versions, uids, cascading deletion, a Deployment controller,
 * autoscalers and scripted pods. Answers at once; only controllers and pods take time, by the given clock.
 */
export function memoryCluster(name: string, clock: Clock, options: Pick<Cluster, "router"> = {}): MemoryCluster {
  const objects = memoryObjects(name, clock);
  const scripts = new Map<string, Behaviour>();
  let jobBehaviour: JobBehaviour = { kind: "succeeds" };
  let stuck = false;
  memoryAutoscaler(objects, clock);
  memoryEndpoints(objects, clock);
  memoryRouting(objects, clock, { ...options, isStuck: () => stuck });
  const jobs = memoryJobs(objects, clock, () => jobBehaviour);
  const workloads = memoryWorkloads(objects, clock, (release) => scripts.get(release) ?? { kind: "ready" });
  let down = new AbortController();

  const unreachable = (): ClusterError => new ClusterError("unreachable", name, "connect ECONNREFUSED");
  const answer = async <T>(signal: AbortSignal | undefined, body: () => T): Promise<T> => {
    await Promise.resolve();
    signal?.throwIfAborted();
    if (down.signal.aborted) throw unreachable();
    return body();
  };

  const apply = (object: KubernetesObject, manager: string, options: ApplyOptions): KubernetesObject => {
    const live = objects.get(refOf(object));
    // As the API does: of a field of somebody else is told before an old version is.
    const merged = mergeApply(live, object, manager, options.force ?? false);
    if (!merged.ok) {
      const fields = merged.conflicts.map((one) => ({ ...one, message: `conflict with ${one.manager}` }));
      throw new ClusterError("field-conflict", name, `conflicts with ${fields[0]?.manager}`, { fields });
    }
    const { uid, resourceVersion } = options;
    const stale = resourceVersion !== undefined && live?.metadata.resourceVersion !== resourceVersion;
    if (stale || (uid !== undefined && live?.metadata.uid !== uid)) {
      throw new ClusterError("conflict", name, "the object has been modified");
    }
    return objects.put(merged.object, options.dryRun);
  };

  /** As `Cluster.follow` says. */
  const observed = new Set(["Namespace", "Deployment", "ReplicaSet", "Pod", "ConfigMap"]);
  const observe = (namespace: string): Observation => {
    const inside = objects
      .all()
      .filter(
        (one) => one.metadata.namespace === namespace || (one.kind === "Namespace" && one.metadata.name === namespace),
      );
    return {
      cluster: name,
      namespace,
      at: clock.now(),
      objects: inside.filter(({ kind }) => observed.has(kind)),
      events: inside.filter(isEvent),
    };
  };

  return {
    name,
    ...options,
    check: (signal) => answer(signal, () => ({ version: "1.36", missingPermissions: [] })),
    get: (ref, signal) => answer(signal, () => objects.get(ref)),
    list: (of, signal) =>
      answer(signal, () =>
        objects
          .all()
          .filter((one) => one.apiVersion === of.apiVersion && one.kind === of.kind)
          .filter((one) => of.namespace === undefined || one.metadata.namespace === of.namespace)
          .filter((one) =>
            Object.entries(of.labels ?? {}).every(([key, value]) => one.metadata.labels?.[key] === value),
          ),
      ),
    apply: (object, options = {}, signal) => answer(signal, () => apply(object, options.manager ?? "fairway", options)),
    create: (object, signal, options) =>
      answer(signal, () => {
        if (objects.get(refOf(object)) !== undefined) throw new ClusterError("conflict", name, "it exists already");
        return objects.put(mergeUpdate(undefined, object, "fairway"), options?.dryRun);
      }),
    replace: (object, signal) =>
      answer(signal, () => {
        const live = objects.get(refOf(object));
        if (live === undefined) throw new ClusterError("not-found", name, "it does not exist");
        if (live.metadata.resourceVersion !== object.metadata.resourceVersion) {
          throw new ClusterError("conflict", name, "the object has been modified");
        }
        return objects.put(mergeUpdate(live, object, "fairway"));
      }),
    delete: (ref, { uid, resourceVersion }, signal) =>
      answer(signal, () => {
        const live = objects.get(ref);
        if (live === undefined) return;
        const other = uid !== undefined && live.metadata.uid !== uid;
        if (other || (resourceVersion !== undefined && live.metadata.resourceVersion !== resourceVersion)) {
          throw new ClusterError("conflict", name, "the precondition does not hold");
        }
        if (live.kind !== "Namespace") return objects.remove(ref);
        objects.put({
          ...live,
          metadata: { ...live.metadata, deletionTimestamp: new Date(clock.now()).toISOString() },
        });
        clock.sleep(100).then(
          () => objects.remove(ref),
          () => undefined,
        );
      }),
    nodes: (signal) =>
      answer(signal, () => ({ nodes: objects.all().filter(isNode), pods: objects.all().filter(isPod), grows: false })),
    log: (pod, { previous, tailLines }, signal) =>
      answer(signal, () => {
        const text = previous === true ? workloads.log(pod.name) : jobs.log(pod.name);
        return text?.split("\n").slice(-tailLines).join("\n");
      }),
    async *follow(namespace, signal) {
      let news = Promise.withResolvers<void>();
      const end = objects.subscribe((object) => {
        if (object.metadata.namespace === namespace || object.metadata.name === namespace) news.resolve();
      });
      const wake = (): void => news.resolve();
      const connection = down.signal;
      signal.addEventListener("abort", wake);
      connection.addEventListener("abort", wake);
      try {
        for (;;) {
          if (signal.aborted) return;
          if (connection.aborted) throw unreachable();
          yield observe(namespace);
          await news.promise;
          news = Promise.withResolvers<void>();
        }
      } finally {
        end();
        signal.removeEventListener("abort", wake);
        connection.removeEventListener("abort", wake);
      }
    },
    objects: (namespace) =>
      objects.all().filter((one) => namespace === undefined || one.metadata.namespace === namespace),
    jobs: jobs.runs,
    scriptJobs: (behaviour) => {
      jobBehaviour = behaviour;
    },
    stickRouters: (now) => {
      stuck = now;
      if (stuck) return;
      for (const one of objects.all()) if (isService(one) || isHttpRoute(one)) objects.touch(one);
    },
    script: (release, behaviour) => void scripts.set(release, behaviour),
    applyAs: (manager, object) => void apply(object, manager, {}),
    updateAs: (manager, object) => void objects.put(mergeUpdate(objects.get(refOf(object)), object, manager)),
    cut: () => down.abort(),
    mend: () => {
      down = new AbortController();
    },
    onChange: (listener) => objects.subscribe(() => listener()),
  };
}
