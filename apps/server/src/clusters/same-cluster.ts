import type { ClusterLink } from "./cluster-link.ts";
import type { ClusterPool } from "./cluster-pool.ts";

/**
 * The name under which the same Kubernetes API is registered already. Two of them would fight: each would take what the other
 * one made for its own. A cluster is known by the uid of its namespace kube-system, whatever its address is.
 *
 * Undefined when there is none, and when it cannot be known because one of them does not answer.
 */
export async function registeredAs(
  pool: ClusterPool,
  among: (name: string) => boolean,
  link: ClusterLink,
  signal: AbortSignal,
): Promise<string | undefined> {
  const own = await identityOf(link, signal);
  if (own === undefined) return undefined;
  const others = await Promise.all(
    pool.list().map(async (other) => {
      if (!among(other.record.name) || other.link === undefined) return undefined;
      return (await identityOf(other.link, signal)) === own ? other.record.name : undefined;
    }),
  );
  return others.find((other) => other !== undefined);
}

async function identityOf({ cluster }: ClusterLink, signal: AbortSignal): Promise<string | undefined> {
  const space = await cluster
    .get({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }, signal)
    .catch(() => undefined);
  return space?.metadata.uid;
}
