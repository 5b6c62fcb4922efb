import { type KubernetesObject, sortForApply } from "@fairway/objects";
import { extraObjects } from "../hatch/extra-objects.ts";
import { patchObjects } from "../hatch/patch-objects.ts";
import type { ClusterFacts, ReleaseInputs, Rendered } from "../release-inputs.ts";
import type { Sha256 } from "../release-name.ts";
import { placeOf } from "./place.ts";
import { renderedKinds } from "./rendered-kinds.ts";

/** Patches that cannot be applied; `hatchIssues` tells each with its place. */
export class PatchesNotApplicable extends Error {
  constructor(messages: readonly string[]) {
    super(`[[kubernetes.patches]]: ${messages.join("; ")}`);
    this.name = "PatchesNotApplicable";
  }
}

/**
 * The namespace that a service has for itself in every cluster of an environment.
 *
 * @param pattern The profile's, with `{service}` and perhaps `{environment}`.
 */
export function namespaceOf(pattern: string, service: string, environment: string): string {
  return pattern.replaceAll("{service}", service).replaceAll("{environment}", environment);
}

/**
 * All objects of a release, by cluster, in apply order and slot-neutral: `placeInSlot` makes them ready to apply. The same
 * inputs give the same bytes. Throws `AddressError` when a cluster's address template needs the number of a
 * dependency that `inputs.numbers` lacks, and `PatchesNotApplicable` where `hatchIssues` has something to say about a patch.
 */
export function render(inputs: ReleaseInputs, sha256: Sha256): Rendered {
  const { patches } = inputs.spec.kubernetes;
  const one = (cluster: ClusterFacts): readonly KubernetesObject[] => {
    const place = placeOf(inputs, cluster, sha256);
    const { objects, problems } = patchObjects(renderedKinds(place), patches, cluster.profile.kubernetes.patches);
    if (problems.length > 0) throw new PatchesNotApplicable(problems.map(({ message }) => message));
    return sortForApply([...objects, ...extraObjects(place)]);
  };
  return Object.fromEntries(inputs.clusters.map((cluster) => [cluster.name, one(cluster)]));
}
