import { createHash } from "node:crypto";
import {
  describeRef,
  isSecret,
  type KubernetesObject,
  keyOf,
  refKey,
  refOf,
  type SecretHider,
  secretHider,
} from "@fairway/objects";
import { askFewAtOnce } from "../cluster/ask-few-at-once.ts";
import { refusalOf } from "../cluster/failure.ts";
import { owners } from "../cluster/field-owners.ts";
import {
  emptyInventory,
  type Inventory,
  type InventoryIdentity,
  inventoryRef,
  isListed,
  parseInventory,
} from "../cluster/inventory.ts";
import { isDerived, isOurs, ownLabels } from "../cluster/ownership.ts";
import { tryObject } from "../cluster/try-object.ts";
import { withinReach } from "../cluster/within-reach.ts";
import { isAddressVariable } from "../diff/address-variable.ts";
import { type Clock, type Cluster, ClusterError } from "../ports.ts";
import type { ClusterDrift, ObjectDrift } from "./cluster-drift.ts";
import { fieldDrift } from "./field-drift.ts";

/** What was found of objects that have not changed since; the caller keeps one for each service and cluster. */
export type DriftMemory = Map<string, { readonly of: string; readonly found: ObjectDrift | undefined }>;

/**
 * What others have changed in one cluster since the release was rolled out there, by the API's own word. Changes
 * nothing. It costs a list for each kind, and a dry run of each object that has changed since `memory` was filled.
 * Never throws for what a cluster does.
 *
 * @param desired all objects of the active release there, placed in its slot
 * @param options.epoch under which the release was rolled out, or an earlier one of its rollout
 * @param options.reach how long the cluster may take in all, in milliseconds
 */
export async function findDrift(
  cluster: Cluster,
  identity: InventoryIdentity,
  desired: readonly KubernetesObject[],
  options: { readonly clock: Clock; readonly reach: number; readonly epoch?: number; readonly memory?: DriftMemory },
  signal: AbortSignal,
): Promise<ClusterDrift> {
  try {
    return await withinReach({ cluster: cluster.name, ...options }, signal, (limited) =>
      look(cluster, identity, desired, options, limited),
    );
  } catch (error) {
    signal.throwIfAborted();
    const { summary } = refusalOf(error, "the service");
    return { cluster: cluster.name, compared: false, objects: [], problems: [summary] };
  }
}

async function look(
  cluster: Cluster,
  identity: InventoryIdentity,
  desired: readonly KubernetesObject[],
  { epoch = 0, memory = new Map() }: { readonly epoch?: number; readonly memory?: DriftMemory },
  signal: AbortSignal,
): Promise<ClusterDrift> {
  const { name } = cluster;
  const space = await cluster.get({ apiVersion: "v1", kind: "Namespace", name: identity.namespace }, signal);
  if (space === undefined) {
    const gone = desired.filter(({ kind }) => kind === "Namespace").map((one) => drifted(one, "deleted"));
    return { cluster: name, compared: true, objects: gone, problems: [] };
  }
  const stored = await cluster.get(inventoryRef(identity), signal);
  const parsed = stored === undefined ? undefined : parseInventory(stored);
  const inventory = parsed ?? emptyInventory;
  const isPutBack = parsed !== undefined && parsed.epoch < epoch;
  const live = new Map(
    [space, ...(await listed(cluster, identity, desired, inventory, signal))].map((one) => [keyOf(one), one]),
  );
  const hider = secretHider(isAddressVariable);
  for (const object of desired) hider.hide(object, object.kind);

  const problems: string[] = [];
  const judged = await askFewAtOnce(
    // Nobody reads Secrets.
    desired.filter((object) => !isSecret(object)),
    async (object): Promise<ObjectDrift | undefined> => {
      const there = live.get(keyOf(object)) ?? (await cluster.get(refOf(object), signal));
      if (there === undefined) return drifted(object, "deleted");
      if (!isOurs(there, identity)) return drifted(object, "foreign");
      const of = fingerprint(object, there, inventory);
      const known = memory.get(keyOf(object));
      if (known?.of === of) return known.found;
      try {
        const found = await judge(cluster, object, { identity, desired, inventory }, hider, signal);
        memory.set(keyOf(object), { of, found });
        return found;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ClusterError && error.code === "unreachable") throw error;
        problems.push(hider.clean(refusalOf(error, describeRef(refOf(object))).summary));
        return undefined;
      }
    },
  );
  const wanted = new Set(desired.map(keyOf));
  const extra = [...live.values()]
    .filter((one) => !wanted.has(keyOf(one)) && !isListed(inventory, refOf(one)) && !isDerived(one))
    .map((one): ObjectDrift => ({ ...drifted(one, "extra"), ...makerOf(one) }));
  const objects = [...judged.flatMap((one) => one ?? []), ...extra];
  const putBack = isPutBack ? { putBackTo: inventory.epoch } : {};
  return { cluster: name, compared: true, objects, ...putBack, problems };
}

/** Everything that carries our labels, of the kinds that the service has. */
async function listed(
  cluster: Cluster,
  identity: InventoryIdentity,
  desired: readonly KubernetesObject[],
  inventory: Inventory,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const kinds = Map.groupBy([...desired, ...inventory.entries], ({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  kinds.delete("v1/Namespace");
  kinds.delete("v1/Secret");
  const firsts = [...kinds.values()].flatMap(([first]) => first ?? []);
  const lists = await askFewAtOnce(firsts, async ({ apiVersion, kind }) => {
    const of = { apiVersion, kind, namespace: identity.namespace, labels: ownLabels(identity) };
    try {
      return await cluster.list(of, signal);
    } catch (error) {
      // The kind itself may be gone by now.
      if (error instanceof ClusterError && error.code === "not-found") return [];
      throw error;
    }
  });
  return lists.flat();
}

async function judge(
  cluster: Cluster,
  object: KubernetesObject,
  place: {
    readonly identity: InventoryIdentity;
    readonly desired: readonly KubernetesObject[];
    readonly inventory: Inventory;
  },
  hider: SecretHider,
  signal: AbortSignal,
): Promise<ObjectDrift | undefined> {
  const { live, next } = await tryObject(cluster, object, { ...place, exists: true }, signal, true);
  if (live === undefined) return drifted(object, "deleted");
  const made = place.inventory.entries.find((entry) => refKey(entry) === keyOf(object))?.uid;
  const replaced = made !== undefined && made !== live.metadata.uid;
  const fields = next === undefined ? [] : fieldDrift(object, live, next, hider);
  if (replaced) return { ...drifted(object, "replaced"), ...makerOf(live), fields };
  return fields.length === 0 ? undefined : { ...drifted(object, "changed"), fields };
}

function drifted(object: KubernetesObject, change: ObjectDrift["change"]): ObjectDrift {
  return { ...refOf(object), change, fields: [] };
}

function makerOf(live: KubernetesObject): Pick<ObjectDrift, "manager" | "at"> {
  const manager = owners(live).at(-1)?.manager;
  const at = live.metadata.creationTimestamp;
  return { ...(manager === undefined ? {} : { manager }), ...(at === undefined ? {} : { at }) };
}

/** Changes when the release's object or what lives there does; not with a status. */
function fingerprint(object: KubernetesObject, live: KubernetesObject, inventory: Inventory): string {
  const { status: _, metadata, ...rest } = live;
  const { resourceVersion: __, managedFields = [], ...about } = metadata;
  const owned = managedFields.filter(({ subresource }) => subresource !== "status");
  const made = inventory.entries.find((entry) => refKey(entry) === keyOf(object))?.uid;
  return createHash("sha256")
    .update(JSON.stringify([object, rest, about, owned, made]))
    .digest("base64");
}
