import type { ReleaseRecord } from "@fairway/catalog";
import { Refusal } from "../http/refusal.ts";
import type { ClusterPool, PooledCluster } from "./cluster-pool.ts";

export interface Environment {
  readonly name: string;
  readonly clusters: readonly PooledCluster[];
}

/** An environment exists as long as a cluster serves it. */
export function environments(pool: ClusterPool): readonly Environment[] {
  const byName = Map.groupBy(pool.list(), ({ record }) => record.environment);
  return [...byName].map(([name, clusters]) => ({ name, clusters })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The environment as a release of a service is made for: without the clusters that are being removed, unless the service is
 * there still. Throws `environment-changed`.
 *
 * @param running its active release
 */
export function environmentFor(
  environment: Environment,
  running: Pick<ReleaseRecord, "objects"> | undefined,
): Environment {
  const { name } = environment;
  const clusters = environment.clusters.filter(
    ({ record }) =>
      record.retiring === undefined || (running !== undefined && Object.hasOwn(running.objects, record.name)),
  );
  if (clusters.length > 0) return { name, clusters };
  throw new Refusal({
    status: 409,
    code: "environment-changed",
    title: `Every cluster of ${name} is being removed`,
    hint: "add another one first: fairway cluster add <name>; or keep one: fairway cluster remove <name> --cancel",
  });
}

/** The one that is named, or the only one. Throws `environment-unknown`, `environment-ambiguous`. */
export function requireEnvironment(pool: ClusterPool, name: string | undefined): Environment {
  const all = environments(pool);
  const names = all.map((environment) => environment.name).join(", ");
  const found = name === undefined ? all[0] : all.find((environment) => environment.name === name);
  if (name === undefined && all.length > 1) {
    throw new Refusal({
      status: 400,
      code: "environment-ambiguous",
      title: "There are several environments",
      hint: `say which one: --env ${names.replaceAll(", ", " | ")}`,
    });
  }
  if (found !== undefined) return found;
  throw new Refusal({
    status: 404,
    code: "environment-unknown",
    title: name === undefined ? "There is no environment yet" : `There is no environment ${name}`,
    hint:
      all.length === 0
        ? "register a cluster: fairway cluster add <name> --kubeconfig <file> --env <environment>"
        : `there are: ${names}`,
  });
}
