import type { Deployment, PodAntiAffinity, TopologySpreadConstraint } from "@fairway/objects";
import type { ProfileSettings, ServiceSpec } from "@fairway/spec";
import { serviceLabel, staggerLabel } from "../labels.ts";
import { appContainer, drainSeconds } from "./container.ts";
import { healthCheck } from "./health-checks.ts";
import { metadata, type Place } from "./place.ts";
import { podMetadata, podSpec } from "./pod.ts";

/** Seconds that a new pod may take to become ready, startup check aside: pulling its image, starting, warming up. */
const startSeconds = 120;

/** A pod that falls over in its first seconds of readiness does not count as available. */
const minReadySeconds = 2;

/** By how much the memory limit of each staggered workload is above that of the one before. */
const staggerStep = 0.1;

/** One of the workloads that share a service's replicas. */
interface Part {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined where an autoscaler keeps it: a number here would be set again with every rollout. */
  readonly replicas: number | undefined;
  readonly memoryFactor: number;
}

/** Replicas in the rolling way: never fewer than asked, old pods leave only when new ones are available. */
export function deployment(place: Place): readonly Deployment[] {
  return partsOf(place.inputs.spec).map((part) => deploymentOf(place, part));
}

/**
 * One workload, or with `[memory] stagger` several, whose limits grow by a tenth from one to the next: pods that leak alike then do
 * not end at the same time. The replicas are dealt out, the first get what is left.
 */
function partsOf({ name, replicas, memory }: ServiceSpec): readonly Part[] {
  const { stagger = 1 } = memory;
  if (stagger === 1 || typeof replicas !== "number") {
    return [{ name, labels: {}, replicas: typeof replicas === "number" ? replicas : undefined, memoryFactor: 1 }];
  }
  return Array.from({ length: stagger }, (_, index) => ({
    name: `${name}-${index + 1}`,
    labels: { [staggerLabel]: String(index + 1) },
    replicas: Math.floor(replicas / stagger) + (index < replicas % stagger ? 1 : 0),
    memoryFactor: 1 + staggerStep * index,
  }));
}

function deploymentOf(place: Place, { name, labels, replicas, memoryFactor }: Part): Deployment {
  const { spec } = place.inputs;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata(place, name, { labels }),
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { [serviceLabel]: spec.name, ...labels } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
      minReadySeconds,
      progressDeadlineSeconds: progressSeconds(spec, place.cluster.profile),
      // Fairway goes back by rendering the old release again, old replica sets are only of use to a person with kubectl.
      revisionHistoryLimit: 2,
      template: {
        metadata: podMetadata(place, { labels, annotations: scraped(spec) }),
        spec: podSpec(place, appContainer(place, memoryFactor), {
          terminationGracePeriodSeconds: drainSeconds(spec) + spec.run.grace,
          affinity: { podAntiAffinity: overZones(spec.name) },
          topologySpreadConstraints: overNodes(spec.name),
        }),
      },
    },
  };
}

/**
 * Over nodes. Only this topology is named: the scheduler leaves out nodes that lack the label of any one that is, and many
 * clusters have no zones.
 */
function overNodes(service: string): readonly TopologySpreadConstraint[] {
  return [
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { [serviceLabel]: service } },
      // Each revision is spread by itself: the old pods of a rolling update do not count.
      matchLabelKeys: ["pod-template-hash"],
    },
  ];
}

/** Over zones, where there are any. */
function overZones(service: string): PodAntiAffinity {
  const labelSelector = { matchLabels: { [serviceLabel]: service } };
  const podAffinityTerm = { topologyKey: "topology.kubernetes.io/zone", labelSelector };
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] };
}

function progressSeconds(spec: ServiceSpec, profile: ProfileSettings): number {
  const startup = healthCheck("startup", spec, profile);
  const byDefault = startSeconds + (startup === undefined ? 0 : startup.period * startup.threshold);
  // Kubernetes wants a deadline above minReadySeconds.
  return Math.max(spec.deploy.timeout ?? byDefault, minReadySeconds + 1);
}

/** The annotations by which the usual configurations of Prometheus find what to scrape. */
function scraped({ metrics, run }: ServiceSpec): Readonly<Record<string, string>> {
  if (metrics === undefined) return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/path": metrics.path,
    "prometheus.io/port": String(metrics.port ?? run.port),
  };
}
