import type { ReleaseInputs } from "@fairway/manifests";
import type { Environment } from "../clusters/environments.ts";

/**
 * Public hosts that nobody may reach: the network policies of a cluster let no gateway in, since the profile names none. Embedded
 * clusters enforce no policies. A warning only, because not every cluster enforces them.
 */
export function closedHosts({ spec, clusters }: ReleaseInputs, environment: Environment): readonly string[] {
  const embedded = new Set(environment.clusters.flatMap(({ record }) => (record.embedded ? [record.name] : [])));
  const closed = clusters
    .filter(
      ({ name, profile: { network } }) => !embedded.has(name) && network.policies && network.gateways.length === 0,
    )
    .map(({ name }) => name);
  const hosts = [...new Set(spec.public.map(({ host }) => host))];
  if (closed.length === 0 || hosts.length === 0) return [];
  return [
    `where ${closed.join(", ")} ${closed.length === 1 ? "enforces" : "enforce"} network policies, ${hosts.join(", ")} cannot be reached: the platform's profile names no gateway's namespace ([network] gateways)`,
  ];
}
