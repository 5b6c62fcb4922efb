import {
  type Condition,
  type Container,
  type ContainerStatus,
  type Deployment,
  type Event,
  isDeployment,
  isEvent,
  isPod,
  isReplicaSet,
  isStatefulSet,
  type KubernetesObject,
  type Pod,
  type ReplicaSet,
  type StatefulSet,
} from "@fairway/objects";

/** One container's log, as the caller fetched it for `wantsLogs`. */
export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly text: string;
}

/** What to look at: one service in one namespace of one cluster. */
export interface Subject {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  /** Only what belongs to this release counts: its replica set and that set's pods. Undefined: every newest replica set. */
  readonly release?: string;
  /** How the summary speaks of it; by default `the new release` when a release is given, else `the service`. */
  readonly who?: string;
  /** Everything of the namespace, see `Observation` of the rollout's ports. */
  readonly objects: readonly KubernetesObject[];
  readonly events: readonly KubernetesObject[];
  readonly logs?: readonly ContainerLog[];
  /** When the release was applied, in milliseconds since the epoch; undefined: unknown. */
  readonly since?: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A workload, what makes its pods now, and those pods which are not being deleted. */
export interface Branch {
  readonly workload: Deployment | StatefulSet;
  /** Of a Deployment the replica set that is to replace the others, undefined until it is there; of a StatefulSet itself. */
  readonly maker: ReplicaSet | StatefulSet | undefined;
  readonly pods: readonly Pod[];
}

/** One container of a pod: what was asked for and what is. */
export interface ContainerView {
  readonly pod: Pod;
  readonly spec: Container | undefined;
  readonly status: ContainerStatus;
  /** `init` ends before the next one starts; a `sidecar` starts with them and goes on beside the others. */
  readonly role: "app" | "init" | "sidecar";
}

const serviceLabel = "fairway.dev/service";
const releaseLabel = "fairway.dev/release";
const revisionAnnotation = "deployment.kubernetes.io/revision";
/** Of a StatefulSet's pods. */
const revisionLabel = "controller-revision-hash";

/** Walks workload -> replica set -> pods. Old replica sets and their pods are left out: their health says nothing now. */
export function branchesOf(subject: Pick<Subject, "namespace" | "service" | "release" | "objects">): readonly Branch[] {
  const inNamespace = subject.objects.filter((object) => object.metadata.namespace === subject.namespace);
  const ours = inNamespace.filter((object) => object.metadata.labels?.[serviceLabel] === subject.service);
  const isWanted = (object: Deployment | StatefulSet | ReplicaSet): boolean =>
    subject.release === undefined || templateRelease(object) === subject.release;
  const deployments = ours
    .filter(isDeployment)
    .filter(isWanted)
    .map((workload): Branch => {
      const [maker] = inNamespace
        .filter(isReplicaSet)
        .filter((set) => ownedBy(set, workload) && isWanted(set))
        .toSorted((a, b) => revision(b) - revision(a) || age(b) - age(a));
      return { workload, maker, pods: maker === undefined ? [] : podsOf(inNamespace, maker) };
    });
  const statefulSets = ours
    .filter(isStatefulSet)
    .filter(isWanted)
    .map((workload): Branch => {
      const newest = workload.status?.updateRevision;
      const pods = podsOf(inNamespace, workload).filter(
        ({ metadata }) => newest === undefined || metadata.labels?.[revisionLabel] === newest,
      );
      return { workload, maker: workload, pods };
    });
  return [...deployments, ...statefulSets];
}

/** What this object made and is not being deleted, by name. */
export function podsOf(objects: readonly KubernetesObject[], maker: KubernetesObject): readonly Pod[] {
  return objects
    .filter(isPod)
    .filter((pod) => ownedBy(pod, maker) && pod.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Init containers first: the others wait for them. */
export function containersOf(pod: Pod): readonly ContainerView[] {
  const view = (
    statuses: readonly ContainerStatus[] | undefined,
    specs: readonly Container[] | undefined,
    roleOf: (spec: Container | undefined) => ContainerView["role"],
  ): readonly ContainerView[] =>
    (statuses ?? []).map((status) => {
      const spec = specs?.find((one) => one.name === status.name);
      return { pod, status, spec, role: roleOf(spec) };
    });
  return [
    ...view(pod.status?.initContainerStatuses, pod.spec?.initContainers, (spec) =>
      spec?.restartPolicy === "Always" ? "sidecar" : "init",
    ),
    ...view(pod.status?.containerStatuses, pod.spec?.containers, () => "app"),
  ];
}

/** One of the pod's conditions. */
export function conditionOf(pod: Pod, type: string): Condition | undefined {
  return pod.status?.conditions?.find((one) => one.type === type);
}

/** Events about this object, oldest first. Matched by uid where the event has one: names are used again. */
export function eventsOf(subject: Subject, object: KubernetesObject): readonly Event[] {
  return subject.events
    .filter(isEvent)
    .filter(({ involvedObject: about }) =>
      about?.uid === undefined || object.metadata.uid === undefined
        ? about?.kind === object.kind && about.name === object.metadata.name
        : about.uid === object.metadata.uid,
    )
    .toSorted((a, b) => eventTime(a) - eventTime(b));
}

/** When the event was last seen, in milliseconds since the epoch; 0 when it does not say. */
export function eventTime(event: Event): number {
  return time(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp) ?? 0;
}

/** When the earliest of these events was seen first, in milliseconds since the epoch; undefined without any. */
export function firstTime(events: readonly Event[]): number | undefined {
  const times = events.map((event) => time(event.firstTimestamp ?? event.eventTime) ?? eventTime(event));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** RFC 3339 to milliseconds since the epoch. */
export function time(text: string | null | undefined): number | undefined {
  const parsed = Date.parse(text ?? "");
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** How long the object has existed, in milliseconds; 0 when unknown. */
export function elapsed(subject: Pick<Subject, "now">, since: string | undefined): number {
  return subject.now - (time(since) ?? subject.now);
}

/** How the summary speaks of what is looked at. */
export function who(subject: Pick<Subject, "who" | "release">): string {
  return subject.who ?? (subject.release === undefined ? "the service" : "the new release");
}

function templateRelease(object: Deployment | StatefulSet | ReplicaSet): string | undefined {
  return object.spec?.template?.metadata?.labels?.[releaseLabel];
}

function ownedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid) ?? false;
}

function revision(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);
}

function age(set: ReplicaSet): number {
  return time(set.metadata.creationTimestamp) ?? 0;
}
