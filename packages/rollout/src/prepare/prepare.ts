import type { KubernetesObject } from "@fairway/objects";
import { refusalFinding } from "../cluster/failure.ts";
import { type InventoryIdentity, inventoryRef, namespaceRef, parseInventory } from "../cluster/inventory.ts";
import { namespaceFinding, permissionFinding } from "../cluster/namespace-finding.ts";
import { InventoryAhead } from "../cluster/ownership.ts";
import type { Tenure } from "../cluster/tenure.ts";
import type { Plan } from "../plan/plan.ts";
import { type Clock, type Cluster, ClusterError, type Images } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { hiderOf } from "./hide-values.ts";
import { imageFindings } from "./image-findings.ts";
import { podsAndRoom } from "./pods-and-room.ts";
import { releasePods } from "./release-pods.ts";
import { tryObjects } from "./try-objects.ts";
import { kindsIn, writtenIn } from "./written-in.ts";

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
  const [{ missingPermissions }, { space, finding }] = await Promise.all([
    cluster.check(signal, kindsIn(plan, name, options.secrets)),
    lookAtNamespace(cluster, plan, tenure, signal),
  ]);
  const missing = missingPermissions.length === 0 ? [] : [permissionFinding(name, missingPermissions)];
  if (finding !== undefined) return [...missing, finding];
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

/** The namespace as it is, and what speaks against writing into it. */
async function lookAtNamespace(
  cluster: Cluster,
  { service, environment, namespace }: Plan,
  tenure: Tenure,
  signal: AbortSignal,
): Promise<{ readonly space: KubernetesObject | undefined; readonly finding: PrepareFinding | undefined }> {
  const identity = { service, environment, namespace };
  const space = await cluster.get(namespaceRef(identity), signal);
  const taken = namespaceFinding(cluster.name, space, identity);
  if (taken !== undefined || space === undefined) return { space, finding: taken };
  return { space, finding: await newerInventory(cluster, identity, tenure, signal) };
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
  const known = tried.map(({ findings, ...one }) => ({ ...one, codes: findings.map(({ code }) => code) }));
  const more = await podsAndRoom(cluster, plan, known, { exists, hider }, signal);
  return [...tried.flatMap((one) => one.findings), ...more];
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
