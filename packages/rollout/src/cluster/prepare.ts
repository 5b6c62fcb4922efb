import { reservedNamespace } from "@fairway/manifests";
import { describeRef, type KubernetesObject, refOf } from "@fairway/objects";
import type { ClusterPlan, Plan } from "../plan/plan.ts";
import { type Clock, type Cluster, ClusterError } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { refusalOf } from "./failure.ts";
import { type InventoryIdentity, inventoryRef, parseInventory } from "./inventory.ts";
import { ForeignObject, InventoryAhead, isOurs } from "./ownership.ts";
import type { Tenure } from "./session.ts";

/**
 * A namespace that every cluster has: while the service's own does not exist, its objects are tried there, under other
 * names. Rules of that namespace itself (rights, quotas, policies) do not count, only whether the objects are valid.
 */
const scratchNamespace = "default";
const scratchPrefix = "try-";

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
      if (!again || options.clock.now() >= end) return [finding(cluster.name, error, "the service")];
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
  const missing = missingPermissions.map((permission) => ({
    cluster: name,
    code: "PermissionMissing",
    message: `cluster ${name} does not let us ${permission}`,
    advice: "the cluster's owner must grant it",
  }));
  const identity = { service: plan.service, environment: plan.environment, namespace: plan.namespace };
  if (reservedNamespace(plan.namespace)) {
    return [
      ...missing,
      {
        cluster: name,
        code: "NamespaceReserved",
        message: `the namespace ${plan.namespace} belongs to the cluster`,
        advice: "choose another service name",
      },
    ];
  }
  const space = await cluster.get({ apiVersion: "v1", kind: "Namespace", name: plan.namespace }, signal);
  if (space !== undefined && !isOurs(space, identity)) {
    return [
      ...missing,
      {
        cluster: name,
        code: "NamespaceForeign",
        message: `the namespace ${plan.namespace} exists and does not belong to this service`,
        advice: "choose another service name, or let its owner delete it",
      },
    ];
  }
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
  return [...missing, ...refused];
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
    const scratch = !exists && object.metadata.namespace !== undefined;
    try {
      const live = scratch ? undefined : await cluster.get(refOf(object), signal);
      if (live !== undefined && !isOurs(live, identity)) throw new ForeignObject(live);
      await cluster.apply(scratch ? inScratch(object) : object, { dryRun: true }, signal);
    } catch (error) {
      if (error instanceof ClusterError && (error.code === "unreachable" || error.code === "conflict")) throw error;
      if (scratch && !(error instanceof ClusterError && error.code === "invalid")) continue;
      findings.push(finding(cluster.name, error, describeRef(refOf(object))));
    }
  }
  return findings;
}

function inScratch(object: KubernetesObject): KubernetesObject {
  const name = `${scratchPrefix}${object.metadata.name}`;
  return { ...object, metadata: { ...object.metadata, name, namespace: scratchNamespace } };
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
  return finding(cluster.name, new InventoryAhead(epoch, tenure.epoch), "the service");
}

function finding(cluster: string, error: unknown, what: string): PrepareFinding {
  const { code, summary, message, advice } = refusalOf(error, what);
  return { cluster, code, message: summary === message ? summary : `${summary}: ${message}`, advice };
}
