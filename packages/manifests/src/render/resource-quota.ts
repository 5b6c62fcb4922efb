import type { ResourceQuota } from "@fairway/objects";
import { metadata, type Place } from "./place.ts";

/** A typo ends here, not at the cluster's last node. */
export function resourceQuota(place: Place): readonly ResourceQuota[] {
  const { cpu, memory, pods } = place.cluster.profile.quota;
  const hard = {
    ...(cpu === undefined ? {} : { "requests.cpu": cpu }),
    ...(memory === undefined ? {} : { "requests.memory": memory }),
    ...(pods === undefined ? {} : { pods: String(pods) }),
  };
  if (Object.keys(hard).length === 0) return [];
  return [
    { apiVersion: "v1", kind: "ResourceQuota", metadata: metadata(place, place.inputs.spec.name), spec: { hard } },
  ];
}
