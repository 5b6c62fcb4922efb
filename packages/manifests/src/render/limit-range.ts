import { formatCpu, formatMemory, type LimitRange, parseQuantity } from "@fairway/objects";
import { metadata, type Place } from "./place.ts";

/**
 * Sizes of containers that name none, as one that a patch adds: a quota refuses what requests nothing. They request what
 * a small service does. Their limit is that of the largest size: it stands also beside a request that somebody did name, and
 * must not be below it.
 */
export function limitRange(place: Place): readonly LimitRange[] {
  const { sizes, limitFactors } = place.cluster.profile;
  const most = (of: "cpu" | "memory"): number =>
    Math.max(...Object.values(sizes).map((size) => parseQuantity(size[of]) ?? 0)) * limitFactors[of];
  return [
    {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: metadata(place, place.inputs.spec.name),
      spec: {
        limits: [
          {
            type: "Container",
            default: { cpu: formatCpu(most("cpu")), memory: formatMemory(most("memory")) },
            defaultRequest: { cpu: sizes.small.cpu, memory: sizes.small.memory },
          },
        ],
      },
    },
  ];
}
