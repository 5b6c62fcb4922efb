import type { PodDisruptionBudget } from "@fairway/objects";
import { serviceLabel } from "../labels.ts";
import { metadata, type Place } from "./place.ts";

/** From so many replicas on, a share of them may be away at once: nodes of large services would else take days to drain. */
const many = 10;

/** Drained nodes take one replica at a time. A single replica has none: it would only keep nodes from being drained. */
export function podDisruptionBudget(place: Place): readonly PodDisruptionBudget[] {
  const { name, replicas } = place.inputs.spec;
  const least = typeof replicas === "number" ? replicas : replicas.min;
  if (least < 2) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadata(place, name),
      spec: {
        selector: { matchLabels: { [serviceLabel]: name } },
        maxUnavailable: least < many ? 1 : "10%",
        // A pod that crashes again and again serves nobody and would hold the node.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    },
  ];
}
