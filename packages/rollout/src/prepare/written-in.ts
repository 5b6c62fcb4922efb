import { type KubernetesObject, keyOf } from "@fairway/objects";
import type { Plan } from "../plan/plan.ts";
import type { Cluster } from "../ports.ts";

/** What the rollout will write in a cluster: the release, what stands beside it meanwhile, and the migration. */
export function writtenIn(
  { clusters, migration }: Pick<Plan, "clusters" | "migration">,
  cluster: string,
): readonly KubernetesObject[] {
  const { desired = [], app = [] } = clusters[cluster] ?? {};
  const own = new Set(desired.map((object) => keyOf(object)));
  const beside = app.filter((object) => !own.has(keyOf(object)));
  return [...desired, ...beside, ...(migration?.cluster === cluster ? [migration.job] : [])];
}

/** The kinds of all that it writes there and takes away. @param secrets whether the platform brings some */
export function kindsIn(plan: Plan, cluster: string, secrets: boolean): NonNullable<Parameters<Cluster["check"]>[1]> {
  const objects = [...writtenIn(plan, cluster), ...(plan.clusters[cluster]?.former ?? [])];
  const kinds = objects.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  return secrets ? [...kinds, { apiVersion: "v1", kind: "Secret" }] : kinds;
}
