import type { Service } from "@fairway/objects";
import type { AdoptionFindingCode, AdoptionPlan } from "./adoption-plan.ts";

type Trouble = readonly [AdoptionFindingCode, string, string];

/** Why the requests of a Service cannot be led elsewhere, whatever is behind it. */
export function troubleOf({ metadata, spec }: Service, way: AdoptionPlan["way"]): readonly Trouble[] {
  const what = `Service/${metadata.name}`;
  const code = "old-kind-of-service";
  if (spec?.type === "ExternalName")
    return [
      [
        code,
        `${what} is a name for ${spec.externalName}: no pods are behind it`,
        "adopt the Service that has the pods",
      ],
    ];
  if (spec?.clusterIP === "None")
    return [
      [
        code,
        `${what} is headless: its callers hold addresses of pods, which no one can lead elsewhere`,
        "let them call an ordinary Service first",
      ],
    ];
  if (Object.keys(spec?.selector ?? {}).length === 0)
    return [[code, `${what} selects no pods: somebody else writes its endpoints`, "adopt a Service with a selector"]];
  const { type = "ClusterIP" } = spec ?? {};
  if (way === "take" && type !== "ClusterIP")
    return [
      [
        code,
        `${what} is of type ${type}, and ours of that name is a ClusterIP: its address outside would go`,
        "let callers come through an Ingress, or patch type into the Service of ours and adopt it into another namespace",
      ],
    ];
  return [];
}
