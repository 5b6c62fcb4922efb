import { type KubernetesObject, keyOf, refOf, type Secret, secretHider } from "@fairway/objects";
import { refusalFinding } from "../cluster/failure.ts";
import { emptyInventory, inventoryRef, isListed, parseInventory } from "../cluster/inventory.ts";
import { namespaceFinding, permissionFinding } from "../cluster/namespace-finding.ts";
import { withinReach } from "../cluster/within-reach.ts";
import type { Plan } from "../plan/plan.ts";
import { type Clock, type Cluster, ClusterError } from "../ports.ts";
import { hiderOf } from "../prepare/hide-values.ts";
import { podsAndRoom } from "../prepare/pods-and-room.ts";
import { kindsIn } from "../prepare/written-in.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { isAddressVariable } from "./address-variable.ts";
import type { ClusterDiff, DiffProblem, ObjectDiff } from "./cluster-diff.ts";
import { lostAddresses, objectDiff, removal, withLost } from "./object-diff.ts";
import { predecessorsOf } from "./predecessors.ts";
import { removedObjects } from "./removed-objects.ts";
import { tryDesired } from "./try-desired.ts";

/**
 * What the rollout of a plan would change in one cluster, by the API's own word (server-side dry runs), against what is
 * there now. Changes nothing. What stands in the way is told with it, and does not keep the rest from being compared;
 * it never throws for what a cluster does.
 *
 * @param options.reach how long the cluster may take in all, in milliseconds
 * @param options.secrets what the platform brings into the namespace; compared by name only, since nobody reads them
 */
export async function compareCluster(
  cluster: Cluster,
  plan: Plan,
  options: { readonly clock: Clock; readonly reach: number; readonly secrets: () => Promise<readonly Secret[]> },
  signal: AbortSignal,
): Promise<ClusterDiff> {
  try {
    return await withinReach({ cluster: cluster.name, ...options }, signal, async (limited) =>
      compare(cluster, plan, await options.secrets(), limited),
    );
  } catch (error) {
    signal.throwIfAborted();
    return notCompared(cluster, [refusalFinding(cluster.name, error, "the service")]);
  }
}

function notCompared(cluster: Cluster, findings: readonly PrepareFinding[]): ClusterDiff {
  return { cluster: cluster.name, compared: false, objects: [], unchanged: 0, problems: findings.map(withoutCluster) };
}

function withoutCluster({ cluster: _, ...problem }: PrepareFinding): DiffProblem {
  return problem;
}

async function compare(
  cluster: Cluster,
  plan: Plan,
  secrets: readonly Secret[],
  signal: AbortSignal,
): Promise<ClusterDiff> {
  const { name } = cluster;
  const { missingPermissions } = await cluster.check(signal, kindsIn(plan, name, secrets.length > 0));
  const missing = missingPermissions.length === 0 ? [] : [permissionFinding(name, missingPermissions)];
  const identity = { service: plan.service, environment: plan.environment, namespace: plan.namespace };
  const space = await cluster.get({ apiVersion: "v1", kind: "Namespace", name: plan.namespace }, signal);
  const taken = namespaceFinding(name, space, identity);
  if (taken !== undefined) return notCompared(cluster, [...missing, taken]);
  if (space?.metadata.deletionTimestamp !== undefined) {
    throw new ClusterError("conflict", name, `the namespace ${plan.namespace} is still being deleted`);
  }
  const own = plan.clusters[name];
  if (own === undefined) throw new Error(`no plan for cluster ${name}`);

  const exists = space !== undefined;
  const found = exists ? await cluster.get(inventoryRef(identity), signal) : undefined;
  const inventory = (found === undefined ? undefined : parseInventory(found)) ?? emptyInventory;
  // Refusals may repeat what they refuse.
  const hider = secretHider(isAddressVariable);
  for (const object of own.desired) hider.hide(object, object.kind);

  const tried = await tryDesired(cluster, { identity, exists, desired: own.desired }, inventory, signal);
  const writable = tried.filter(({ foreign }) => foreign === undefined);
  const predecessors = exists
    ? await predecessorsOf(cluster, writable, own, signal)
    : new Map<string, KubernetesObject>();
  const renamed = new Map(
    writable.flatMap(({ object }) => {
      const former = predecessors.get(keyOf(object));
      return former === undefined ? [] : [[former.metadata.name, object.metadata.name]];
    }),
  );
  const known = tried.map(({ problems, ...one }) => ({ ...one, codes: problems.map(({ code }) => code) }));
  const pods = await podsAndRoom(cluster, plan, known, { exists, hider: hiderOf(own.desired) }, signal);
  const removed = await removedObjects(cluster, inventory, own, secrets, identity, signal);

  const compared = writable.map((one) => objectDiff(one, predecessors.get(keyOf(one.object)), hider, renamed));
  const lost = lostAddresses(
    [...writable.flatMap(({ live }) => live ?? []), ...removed.flatMap(({ live }) => live ?? [])],
    writable.map(({ object, next }) => next ?? object),
  );
  const brought = secrets
    .filter((secret) => !isListed(inventory, refOf(secret)))
    .map((secret): ObjectDiff => ({ ...refOf(secret), change: "created", fields: [], risks: [] }));
  const changed = [...compared.flatMap((diff) => diff ?? []), ...brought].map((diff) => withLost(diff, lost));
  return {
    cluster: name,
    compared: true,
    objects: [...changed, ...removed.map(({ ref }) => withLost(removal(ref), lost))],
    unchanged: compared.filter((diff) => diff === undefined).length,
    problems: [
      ...missing.map(withoutCluster),
      ...tried.flatMap(({ problems }) => problems),
      ...pods.map(withoutCluster),
    ].map((problem) => ({ ...problem, message: hider.clean(problem.message) })),
  };
}
