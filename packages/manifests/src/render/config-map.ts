import type { ConfigMap } from "@fairway/objects";
import { resolveAddress } from "../address.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { Sha256 } from "../release-name.ts";
import { metadata, type Place } from "./place.ts";

type Variables = Readonly<Record<string, string>>;

/** `[env]`, and the address of each dependency in this cluster. */
export function variablesOf({ inputs, cluster }: Place): Variables {
  const addresses = inputs.spec.dependencies.map(({ name }) => {
    const number = Object.hasOwn(inputs.numbers, name) ? inputs.numbers[name] : undefined;
    const namespace = Object.hasOwn(inputs.namespaces, name) ? (inputs.namespaces[name] ?? name) : name;
    const address = resolveAddress(cluster.addressTemplate, { service: name, namespace, number });
    return [`SERVICE_${name.toUpperCase().replaceAll("-", "_")}_URL`, address] as const;
  });
  const all = [...Object.entries(inputs.spec.env), ...addresses];
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * Immutable and named by its content: pods of an old release keep the variables they started with, and a rollback
 * finds them again.
 */
export function configMap(place: Place, variables: Variables, sha256: Sha256): ConfigMap {
  const hash = sha256(canonicalJson(variables)).slice(0, 10);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(place, `${place.inputs.spec.name}-${hash}`),
    immutable: true,
    data: variables,
  };
}
