import {
  type ContainerStatus,
  type Deployment,
  isDeployment,
  isPod,
  isReady,
  isReplicaSet,
  type KubernetesObject,
  type Pod,
  type ReplicaSet,
  refOf,
} from "@fairway/objects";
import type { Clock } from "../ports.ts";
import type { MemoryObjects } from "./memory-objects.ts";

/** What the pods of a release do. Times in milliseconds. */
export type Behaviour =
  | { readonly kind: "ready"; readonly after?: number }
  | { readonly kind: "crash"; readonly exitCode: number; readonly after?: number; readonly log?: string }
  | { readonly kind: "crash-once"; readonly exitCode: number }
  | { readonly kind: "out-of-memory"; readonly after?: number }
  | { readonly kind: "never-ready" };

export interface MemoryWorkloads {
  /** The log of a container's last run; undefined when there is none. */
  log(pod: string): string | undefined;
}

const controllerDelay = 20;
const startDelay = 50;

/**
 * The controllers and the node of a memory cluster: makes all pods of a new template at once, takes the old ones away
 * when all new ones are ready, and lets pods behave as their release is scripted to.
 */
export function memoryWorkloads(
  objects: MemoryObjects,
  clock: Clock,
  behaviourOf: (release: string) => Behaviour,
): MemoryWorkloads {
  const logs = new Map<string, string>();
  const queued = new Set<string>();
  let made = 0;

  const podsOf = (set: ReplicaSet): readonly Pod[] =>
    objects
      .all()
      .filter(isPod)
      .filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid);

  const reconcile = (deployment: Deployment): void => {
    const replicas = deployment.spec?.replicas ?? 1;
    const sets = objects
      .all()
      .filter(isReplicaSet)
      .filter((set) => set.metadata.ownerReferences?.[0]?.uid === deployment.metadata.uid);
    const current = currentSet(deployment, sets);
    const others = sets.filter((set) => set.metadata.name !== current.metadata.name).flatMap(podsOf);
    const pods = podsOf(current);
    for (const extra of pods.slice(replicas)) objects.remove(refOf(extra));
    for (let i = pods.length; i < replicas; i += 1) startPod(deployment, current);
    const own = podsOf(current);
    const ready = own.filter(isReady).length;
    if (ready >= replicas) for (const pod of others) objects.remove(refOf(pod));
    const all = [...own, ...(ready >= replicas ? [] : others)];
    const complete = ready >= replicas && all.length === replicas;
    const available = all.filter(isReady).length;
    objects.put({
      ...deployment,
      status: {
        observedGeneration: deployment.metadata.generation,
        replicas: all.length,
        updatedReplicas: own.length,
        readyReplicas: available,
        availableReplicas: available,
        conditions: [
          { type: "Available", status: available >= replicas ? "True" : "False" },
          { type: "Progressing", status: "True", reason: complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated" },
        ],
      },
    });
  };

  const currentSet = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet => {
    const hash = hashOf(JSON.stringify(deployment.spec?.template));
    const revisions = sets.map((set) => Number(set.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0));
    const found = sets.find((set) => set.metadata.labels?.["pod-template-hash"] === hash);
    const newest = Math.max(0, ...revisions);
    const own = Number(found?.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0);
    if (found !== undefined && own === newest) return found;
    const labels = { ...deployment.spec?.template.metadata?.labels, "pod-template-hash": hash };
    const stored = objects.put({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        ...found?.metadata,
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace ?? "",
        labels,
        annotations: { "deployment.kubernetes.io/revision": String(newest + 1) },
        ownerReferences: [ownerOf(deployment)],
      },
      spec: { selector: { matchLabels: labels }, template: { ...deployment.spec?.template, metadata: { labels } } },
    });
    if (!isReplicaSet(stored)) throw new Error("a replica set was stored as something else");
    return stored;
  };

  const startPod = (deployment: Deployment, set: ReplicaSet): void => {
    made += 1;
    const pod = objects.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${set.metadata.name}-${made.toString(36).padStart(2, "0")}`,
        namespace: deployment.metadata.namespace ?? "",
        ...(set.metadata.labels === undefined ? {} : { labels: set.metadata.labels }),
        ownerReferences: [ownerOf(set)],
      },
      spec: deployment.spec?.template.spec,
      status: { phase: "Pending" },
    });
    live(pod).catch(() => undefined);
  };

  /** Runs until the pod is gone. */
  const live = async (pod: KubernetesObject): Promise<void> => {
    const behaviour = behaviourOf(pod.metadata.labels?.["fairway.dev/release"] ?? "");
    const runs = async (milliseconds: number): Promise<boolean> => {
      await clock.sleep(milliseconds);
      return objects.get(refOf(pod))?.metadata.uid === pod.metadata.uid;
    };
    if (!(await runs(startDelay))) return;
    for (let restarts = 0; ; restarts += 1) {
      const startedAt = new Date(clock.now()).toISOString();
      const running = { running: { startedAt } };
      const lastState = objects.get(refOf(pod));
      const before = isPod(lastState ?? pod) ? statusOf(lastState)?.lastState : undefined;
      report(pod, { ready: false, restartCount: restarts, state: running, ...(before ? { lastState: before } : {}) });
      switch (behaviour.kind) {
        case "ready":
        case "crash-once":
          if (behaviour.kind === "ready" || restarts > 0) {
            if (!(await runs(behaviour.kind === "ready" ? (behaviour.after ?? 500) : 500))) return;
            report(pod, { ready: true, restartCount: restarts, state: running });
            return;
          }
          break;
        case "never-ready":
          if (!(await runs(500))) return;
          unhealthy(pod);
          return;
      }
      const oom = behaviour.kind === "out-of-memory";
      if (!(await runs(("after" in behaviour ? behaviour.after : undefined) ?? 400))) return;
      const exitCode = oom ? 137 : behaviour.exitCode;
      logs.set(pod.metadata.name, behaviour.kind === "crash" ? (behaviour.log ?? "") : "");
      const finishedAt = new Date(clock.now()).toISOString();
      const terminated = { exitCode, reason: oom ? "OOMKilled" : "Error", startedAt, finishedAt };
      report(pod, {
        ready: false,
        restartCount: restarts,
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated },
      });
      if (!(await runs(restarts === 0 ? 10 : 1000 * 2 ** Math.min(restarts, 5)))) return;
    }
  };

  const report = (pod: KubernetesObject, status: Omit<ContainerStatus, "name">): void => {
    const stored = objects.get(refOf(pod));
    if (stored === undefined) return;
    objects.put({
      ...stored,
      status: {
        phase: "Running",
        startTime: stored.metadata.creationTimestamp,
        conditions: [{ type: "Ready", status: status.ready ? "True" : "False" }],
        containerStatuses: [{ name: "app", started: true, ...status }],
      },
    });
  };

  const unhealthy = (pod: KubernetesObject): void => {
    const { name, namespace = "", uid } = pod.metadata;
    const at = new Date(clock.now()).toISOString();
    objects.put({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.unhealthy`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid },
      type: "Warning",
      reason: "Unhealthy",
      message: "Readiness probe failed: HTTP probe failed with statuscode: 503",
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
    });
  };

  objects.subscribe((object, gone) => {
    const deployment = isDeployment(object) ? object : ownerDeployment(objects, object);
    if (deployment === undefined || (gone && isDeployment(object))) return;
    const key = deployment.metadata.uid ?? "";
    if (queued.has(key)) return;
    queued.add(key);
    const act = (): void => {
      queued.delete(key);
      const now = objects.get(refOf(deployment));
      if (now === undefined || !isDeployment(now)) return;
      const space = objects.get({ apiVersion: "v1", kind: "Namespace", name: now.metadata.namespace ?? "" });
      if (space?.metadata.deletionTimestamp === undefined) reconcile(now);
    };
    clock.sleep(controllerDelay).then(act, () => undefined);
  });

  return { log: (pod) => logs.get(pod) };
}

function ownerDeployment(objects: MemoryObjects, object: KubernetesObject): Deployment | undefined {
  if (!isPod(object)) return undefined;
  const set = objects.all().find((one) => one.metadata.uid === object.metadata.ownerReferences?.[0]?.uid);
  return objects
    .all()
    .filter(isDeployment)
    .find((one) => one.metadata.uid === set?.metadata.ownerReferences?.[0]?.uid);
}

function ownerOf({ apiVersion, kind, metadata }: KubernetesObject) {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true };
}

function statusOf(object: KubernetesObject | undefined): ContainerStatus | undefined {
  return object !== undefined && isPod(object) ? object.status?.containerStatuses?.[0] : undefined;
}

/** FNV-1a: short and stable, nothing more is asked of it. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
