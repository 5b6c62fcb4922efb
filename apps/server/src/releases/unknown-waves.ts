import type { ReleaseInputs } from "@fairway/manifests";

/** Clusters that the waves name and the environment has not: what is misspelt there goes last, with all that are not named. */
export function unknownWaves({ spec, clusters, environment }: ReleaseInputs): readonly string[] {
  const unknown = spec.deploy.waves.flat().filter((wanted) => !clusters.some(({ name }) => name === wanted));
  if (unknown.length === 0) return [];
  const rest = "those that no wave names go last, together";
  return [
    `waves in [deploy] name ${unknown.join(", ")}, and ${environment} has ${clusters.map(({ name }) => name).join(", ")}: ${rest}`,
  ];
}
