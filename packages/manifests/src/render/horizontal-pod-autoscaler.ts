import type { HorizontalPodAutoscaler } from "@fairway/objects";
import { metadata, type Place } from "./place.ts";

/** Keeps a range of replicas by what they use of the CPU that they request. */
export function horizontalPodAutoscaler(place: Place): readonly HorizontalPodAutoscaler[] {
  const { name, replicas } = place.inputs.spec;
  if (typeof replicas === "number") return [];
  return [
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadata(place, name),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
        minReplicas: replicas.min,
        maxReplicas: replicas.max,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: replicas.cpu } },
          },
        ],
      },
    },
  ];
}
