import type { ReleaseInputs } from "@fairway/manifests";
import type { ProfileSettings } from "@fairway/spec";

/**
 * What of `[deploy]` is not as it was meant, though nothing is wrong with the file: clusters of the waves that the environment
 * has not, which may be misspelt ones, and measurements that nobody takes.
 */
export function takeoverWarnings(
  { spec, clusters, environment }: Pick<ReleaseInputs, "spec" | "clusters" | "environment">,
  { metrics }: Pick<ProfileSettings, "metrics">,
): readonly string[] {
  const unknown = spec.deploy.waves.flat().filter((wanted) => !clusters.some(({ name }) => name === wanted));
  const known = clusters.map(({ name }) => name).join(", ");
  return [
    ...(unknown.length === 0
      ? []
      : [
          `waves in [deploy] name ${unknown.join(", ")}, and ${environment} has ${known}: those that no wave names go last, together`,
        ]),
    ...(spec.deploy.analysis.length === 0 || metrics !== undefined
      ? []
      : [
          `nothing can be measured in ${environment}: the platform's profile names no Prometheus ([metrics] url), so each step, and each wave that is looked at, waits for fairway promote or skip-analysis`,
        ]),
  ];
}
