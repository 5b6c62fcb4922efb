import { describeRef, refOf } from "@fairway/objects";
import type { ClusterPlan, Plan } from "../plan/plan.ts";
import { type Clock, type Cluster, ClusterError } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { refusalFinding } from "./failure.ts";
import { type InventoryIdentity, inventoryRef, parseInventory } from "./inventory.ts";
import { namespaceFinding, permissionFinding } from "./namespace-finding.ts";
import { InventoryAhead } from "./ownership.ts";
import { quotaFindings } from "./quota-room.ts";
import type { Tenure } from "./session.ts";
import { tryObject } from "./try-object.ts";

/**
 * What stands in the way of the rollout in one cluster, as far as it can be known without changing anything: the API
 * answers, rights suffice, the namespace is free or ours, every object passes a dry run.
 */
export async function prepareCluster(
  cluster: Cluster,
  plan: Plan,
  tenure: Tenure,
  options: { readonly clock: Clock; readonly reach: number; readonly pause: number },
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const end = options.clock.now() + options.reach;
  for (;;) {
    try {
      return await look(cluster, plan, tenure, signal);
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
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const { name } = cluster;
  const { missingPermissions } = await cluster.check(signal);
  const missing = missingPermissions.map((permission) => permissionFinding(name, permission));
  const identity = { service: plan.service, environment: plan.environment, namespace: plan.namespace };
  const space = await cluster.get({ apiVersion: "v1", kind: "Namespace", name: plan.namespace }, signal);
  const taken = namespaceFinding(name, space, identity);
  if (taken !== undefined) return [...missing, taken];
  const ahead = space === undefined ? undefined : await newerInventory(cluster, identity, tenure, signal);
  if (ahead !== undefined) return [...missing, ahead];
  if (plan.target === undefined) return missing;
  if (space?.metadata.deletionTimestamp !== undefined) {
    throw new ClusterError("conflict", name, `the namespace ${plan.namespace} is still being deleted`);
  }
  const own = plan.clusters[name];
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
  const refused = await dryRun(cluster, own, plan, space !== undefined, signal);
  return [...missing, ...refused, ...quotaFindings(name, own.desired)];
}

/** A refused object is a finding; a cluster that stops answering is none of the object's. */
async function dryRun(
  cluster: Cluster,
  own: ClusterPlan,
  plan: Plan,
  exists: boolean,
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const identity = { service: plan.service, environment: plan.environment, namespace: plan.namespace };
  const findings: PrepareFinding[] = [];
  for (const object of own.desired) {
    try {
      await tryObject(cluster, object, { identity, exists, desired: own.desired }, signal);
    } catch (error) {
      if (error instanceof ClusterError && (error.code === "unreachable" || error.code === "conflict")) throw error;
      findings.push(refusalFinding(cluster.name, error, describeRef(refOf(object))));
    }
  }
  return findings;
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
