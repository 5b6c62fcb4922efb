import { resolveAddress } from "../address.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { ClusterFacts, ReleaseInputs } from "../release-inputs.ts";
import type { Sha256 } from "../release-name.ts";

export type Variables = Readonly<Record<string, string>>;

/**
 * `[env]`, and the address of each dependency as it is reached from this cluster. What is only known by hosts or address
 * ranges has no address: it is not called by HTTP.
 */
export function variablesOf(inputs: ReleaseInputs, cluster: ClusterFacts): Variables {
  const { numbers, namespaces, spec } = inputs;
  const addresses = spec.dependencies.flatMap(({ name, external, hosts = [], cidrs = [] }) => {
    const variable = `SERVICE_${name.toUpperCase().replaceAll("-", "_")}_URL`;
    if (external !== undefined) return [[variable, external] as const];
    if (hosts.length > 0 || cidrs.length > 0) return [];
    const number = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
    const namespace = Object.hasOwn(namespaces, name) ? (namespaces[name] ?? name) : name;
    return [[variable, resolveAddress(cluster.addressTemplate, { service: name, namespace, number })] as const];
  });
  const all = [...Object.entries(spec.env), ...addresses];
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** By content: pods of an old release keep the variables they started with, and a rollback finds them again. */
export function variablesName(service: string, variables: Variables, sha256: Sha256): string {
  return `${service}-${sha256(canonicalJson(variables)).slice(0, 10)}`;
}
