import type { Cause } from "../cause.ts";

/**
 * The cause for a cluster whose API does not answer: nothing else can be said about it, old health least of all.
 *
 * @param since When it last answered, in milliseconds since the epoch; undefined when it never did.
 */
export function unreachableCause(of: {
  readonly cluster: string;
  readonly since: number | undefined;
  readonly now: number;
  readonly message: string;
}): Cause {
  const silent = of.since === undefined ? "" : ` (silent for ${Math.max(0, Math.round((of.now - of.since) / 1000))} s)`;
  return {
    code: "ClusterUnreachable",
    severity: "likely",
    summary: `cluster ${of.cluster} cannot be reached`,
    cluster: of.cluster,
    object: `Cluster/${of.cluster}`,
    count: 1,
    message: `${of.message}${silent}`,
    advice: `check that cluster ${of.cluster} is up and that its address and credentials are right: fairway clusters`,
  };
}
