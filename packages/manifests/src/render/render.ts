import { sortForApply } from "@fairway/objects";
import type { ClusterFacts, ReleaseInputs, Rendered } from "../release-inputs.ts";
import type { Sha256 } from "../release-name.ts";
import { configMap, variablesOf } from "./config-map.ts";
import { deployment } from "./deployment.ts";
import { namespace } from "./namespace.ts";
import { service } from "./service.ts";
import { serviceAccount } from "./service-account.ts";

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
 * dependency that `inputs.numbers` lacks.
 */
export function render(inputs: ReleaseInputs, sha256: Sha256): Rendered {
  const one = (cluster: ClusterFacts) => {
    const at = { inputs, cluster, namespace: inputs.namespace };
    const variables = configMap(at, variablesOf(at), sha256);
    return sortForApply([
      namespace(at),
      serviceAccount(at),
      variables,
      deployment(at, variables.metadata.name),
      service(at),
    ]);
  };
  return Object.fromEntries(inputs.clusters.map((cluster) => [cluster.name, one(cluster)]));
}
