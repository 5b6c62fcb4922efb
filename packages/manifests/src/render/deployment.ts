import type { Deployment, PodSpec } from "@fairway/objects";
import type { ServiceSpec } from "@fairway/spec";
import { commonLabels, serviceLabel } from "../labels.ts";
import { container, drainSeconds } from "./container.ts";
import { metadata, type Place } from "./place.ts";

/** Seconds that a new pod may take to become ready, startup check aside: pulling its image, starting, warming up. */
const startSeconds = 120;

/** A pod that falls over in its first seconds of readiness does not count as available. */
const minReadySeconds = 2;

/** Uid and gid of "nonroot" in the distroless images; any that is not 0 would do. */
const nonRoot = 65532;

/** Replicas in the rolling way: never fewer than asked, old pods leave only when new ones are available. */
export function deployment(place: Place, variables: string): Deployment {
  const { spec, environment } = place.inputs;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata(place, spec.name),
    spec: {
      replicas: typeof spec.replicas === "number" ? spec.replicas : spec.replicas.min,
      selector: { matchLabels: { [serviceLabel]: spec.name } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
      minReadySeconds,
      progressDeadlineSeconds: startSeconds + startupSeconds(spec),
      // Fairway goes back by rendering the old release again, old replica sets are only of use to a person with kubectl.
      revisionHistoryLimit: 2,
      template: {
        metadata: { labels: commonLabels(spec.name, environment) },
        spec: podSpec(place, variables),
      },
    },
  };
}

function podSpec({ inputs, cluster }: Place, variables: string): PodSpec {
  const { spec } = inputs;
  return {
    serviceAccountName: spec.name,
    automountServiceAccountToken: false,
    // Kubernetes would otherwise add variables of every Service in the namespace.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: drainSeconds(spec) + spec.run.grace,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: nonRoot,
      runAsGroup: nonRoot,
      fsGroup: nonRoot,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { [serviceLabel]: spec.name } },
      // Each revision is spread by itself: the old pods of a rolling update do not count.
      matchLabelKeys: ["pod-template-hash"],
    })),
    containers: [container(inputs, cluster, variables)],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
}

function startupSeconds({ health }: ServiceSpec): number {
  return health.startup ? health.startup.period * health.startup.threshold : 0;
}
