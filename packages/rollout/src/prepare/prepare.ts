import { describeRef, type KubernetesObject, refKey, refOf } from "@fairway/objects";
import { refusalFinding } from "../cluster/failure.ts";
import { type InventoryIdentity, inventoryRef, parseInventory } from "../cluster/inventory.ts";
import { namespaceFinding, permissionFinding } from "../cluster/namespace-finding.ts";
import { InventoryAhead } from "../cluster/ownership.ts";
import type { Tenure } from "../cluster/session.ts";
import type { Plan } from "../plan/plan.ts";
import { type Clock, type Cluster, ClusterError, type Images } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { hiderOf } from "./hide-values.ts";
import { imageFindings } from "./image-findings.ts";
import { releasePods } from "./release-pods.ts";
import { roomFindings } from "./room-findings.ts";
import { tryObjects } from "./try-objects.ts";
import { accountsThere, tryPods } from "./try-pods.ts";

export interface PrepareOptions {
  readonly clock: Clock;
  /** How long a cluster may be silent, and between tries, in milliseconds. */
  readonly reach: number;
  readonly pause: number;
  readonly images: Images;
  /** Whether the rollout brings Secrets of the platform into the namespace. */
  readonly secrets: boolean;
}

/**
 * What stands in the way of the rollout in one cluster, as far as it can be known without changing anything: the API
 * answers, rights suffice, the namespace is free or ours, every object and a pod of every workload pass a dry run, there is room, images
 * are there.
 */
export async function prepareCluster(
  cluster: Cluster,
  plan: Plan,
  tenure: Tenure,
  options: PrepareOptions,
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const end = options.clock.now() + options.reach;
  for (;;) {
    try {
      return await look(cluster, plan, tenure, options, signal);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      const again = error.code === "unreachable" || error.code === "conflict";
      if (!again || options.clock.now() >= end) return [refusalFinding(cluster.name, error, "the service")];
      await options.clock.sleep(options.pause, signal);
    }
  }
}

async function look(
  cluster: Cluster,
  plan: Plan,
  tenure: Tenure,
  options: PrepareOptions,
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const { name } = cluster;
  const own = plan.clusters[name];
  const written = writtenIn(plan, name);
  const kinds = [...written, ...(own?.former ?? [])].map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  const brought = options.secrets ? [{ apiVersion: "v1", kind: "Secret" }] : [];
  const { missingPermissions } = await cluster.check(signal, [...kinds, ...brought]);
  const missing = missingPermissions.length === 0 ? [] : [permissionFinding(name, missingPermissions)];
  const identity = { service: plan.service, environment: plan.environment, namespace: plan.namespace };
  const space = await cluster.get({ apiVersion: "v1", kind: "Namespace", name: plan.namespace }, signal);
  const taken = namespaceFinding(name, space, identity);
  if (taken !== undefined) return [...missing, taken];
  const ahead = space === undefined ? undefined : await newerInventory(cluster, identity, tenure, signal);
  if (ahead !== undefined) return [...missing, ahead];
  if (plan.target === undefined || own?.leaving === true) return missing;
  if (space?.metadata.deletionTimestamp !== undefined) {
    throw new ClusterError("conflict", name, `the namespace ${plan.namespace} is still being deleted`);
  }
  if (own === undefined || own.desired.length === 0) {
    return [
      ...missing,
      {
        cluster: name,
        code: "ReleaseLacksCluster",
        message: `release ${plan.target.release} was not made for cluster ${name}`,
        advice: "deploy again, which makes a release for all clusters",
      },
    ];
  }
  const place = { environment: plan.environment, cluster: name, service: plan.service };
  // Nothing of it depends on the cluster, and a registry may take its time.
  const [images, rest] = await Promise.all([
    imageFindings(options.images, releasePods(written), place, signal),
    objectsAndRoom(cluster, plan, written, space !== undefined, signal),
  ]);
  return [...missing, ...rest, ...images];
}

/** What the rollout will write in a cluster: the release, what stands beside it meanwhile, and the migration. */
function writtenIn({ clusters, migration }: Plan, cluster: string): readonly KubernetesObject[] {
  const { desired = [], app = [] } = clusters[cluster] ?? {};
  const own = new Set(desired.map((object) => refKey(refOf(object))));
  const beside = app.filter((object) => !own.has(refKey(refOf(object))));
  return [...desired, ...beside, ...(migration?.cluster === cluster ? [migration.job] : [])];
}

async function objectsAndRoom(
  cluster: Cluster,
  plan: Plan,
  written: readonly KubernetesObject[],
  exists: boolean,
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const hider = hiderOf([...written, ...(plan.clusters[cluster.name]?.former ?? [])]);
  const tried = await tryObjects(cluster, plan, written, { exists, hider, repairs: plan.repairs }, signal);
  const known = new Map(tried.map((one) => [one.object, one.next]));
  const refused = new Set(
    tried.filter(({ findings }) => findings.length > 0).map(({ object }) => describeRef(refOf(object))),
  );
  const pods = releasePods(written, (object) => known.get(object));
  const place = { exists, accounts: accountsThere(tried.flatMap(({ live }) => live ?? [])) };
  // A workload that is refused itself says the same of its pods.
  const sound = pods.filter(({ workload }) => !refused.has(workload));
  const { pods: stored, findings } = await tryPods(cluster, sound, place, hider, signal);
  const room = await roomFindings(cluster, plan, stored, exists, signal);
  return [...tried.flatMap((one) => one.findings), ...findings, ...room];
}

async function newerInventory(
  cluster: Cluster,
  identity: InventoryIdentity,
  tenure: Tenure,
  signal: AbortSignal,
): Promise<PrepareFinding | undefined> {
  const object = await cluster.get(inventoryRef(identity), signal);
  const epoch = object === undefined ? 0 : (parseInventory(object)?.epoch ?? 0);
  if (epoch <= tenure.epoch) return undefined;
  await tenure.confirm();
  return refusalFinding(cluster.name, new InventoryAhead(epoch, tenure.epoch), "the service");
}
