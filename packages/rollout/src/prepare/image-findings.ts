import type { Images } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { containersOf } from "./pod-size.ts";
import type { WorkloadPods } from "./release-pods.ts";

/** Images of a release that its cluster will not get, or of which nobody could say. */
export async function imageFindings(
  images: Images,
  pods: readonly WorkloadPods[],
  place: Parameters<Images["missing"]>[1],
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const users = new Map<string, string>();
  for (const { workload, pod } of pods)
    for (const { image } of containersOf(pod.spec))
      if (image !== undefined && !users.has(image)) users.set(image, workload);
  if (users.size === 0) return [];
  const missing = await images.missing([...users.keys()], place, signal);
  return missing.map(({ reference, state, reason }): PrepareFinding => {
    const what = `${reference}, which ${users.get(reference)} runs`;
    if (state === "absent") {
      return {
        cluster: place.cluster,
        code: "ImageNotFound",
        message: `there is no image ${what}`,
        advice:
          "deploy again from the service's folder, which makes the image anew; a ready image must be pushed again",
      };
    }
    return {
      cluster: place.cluster,
      severity: "warning",
      code: "ImageUnknown",
      message: `nobody could say whether there is an image ${what}${reason === undefined ? "" : `: ${reason}`}`,
      advice:
        "if its pods cannot pull it either, the rollout fails and goes back; look at the registry: fairway registries",
    };
  });
}
