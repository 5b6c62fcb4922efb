import { createHash } from "node:crypto";
import { environmentLabel, managedByLabel, manager, serviceLabel } from "@fairway/manifests";
import { isConfigMap, type KubernetesObject, keyOf, kindInfo, type ObjectRef, refKey } from "@fairway/objects";

/** What Fairway has made, or is about to make, for one service in one cluster. */
export interface Inventory {
  /** The newest engine that took this cluster over; older ones may not write. */
  readonly epoch: number;
  /** False while an engine is at work: if another one finds it so, the former may still have calls under way. */
  readonly settled: boolean;
  readonly entries: readonly InventoryEntry[];
}

export interface InventoryEntry extends ObjectRef {
  /** Absent while there is only the intent to create it. */
  readonly uid?: string;
}

export interface InventoryIdentity {
  readonly service: string;
  readonly environment: string;
  readonly namespace: string;
}

export const inventoryName = "fairway-inventory";
export const emptyInventory: Inventory = { epoch: 0, settled: true, entries: [] };

/** Kinds that nobody knows here are deleted first. */
const unknownApplyOrder = 1000;

export function namespaceRef({ namespace }: InventoryIdentity): ObjectRef {
  return { apiVersion: "v1", kind: "Namespace", name: namespace };
}

/** Where the inventory of a service lies. */
export function inventoryRef({ namespace }: InventoryIdentity): ObjectRef {
  return { apiVersion: "v1", kind: "ConfigMap", namespace, name: inventoryName };
}

/**
 * The inventory as a ConfigMap, with the labels and annotations of an ApplySet parent (KEP-3659), so that other tools
 * can read what belongs together. Its data is ours.
 */
export function formatInventory(inventory: Inventory, identity: InventoryIdentity, version?: string): KubernetesObject {
  const kinds = new Set(inventory.entries.map(({ kind, apiVersion }) => `${kind}${groupOf(apiVersion)}`));
  const { apiVersion, kind } = inventoryRef(identity);
  return {
    apiVersion,
    kind,
    metadata: {
      name: inventoryName,
      namespace: identity.namespace,
      ...(version === undefined ? {} : { resourceVersion: version }),
      labels: {
        [managedByLabel]: manager,
        [serviceLabel]: identity.service,
        [environmentLabel]: identity.environment,
        "applyset.kubernetes.io/id": applySetId(identity),
      },
      annotations: {
        "applyset.kubernetes.io/tooling": "fairway/v1",
        "applyset.kubernetes.io/contains-group-kinds": [...kinds].toSorted().join(","),
      },
    },
    data: {
      epoch: String(inventory.epoch),
      settled: String(inventory.settled),
      entries: JSON.stringify(inventory.entries.toSorted(byKey)),
    },
  };
}

/** Reads what `formatInventory` wrote; undefined when somebody made something else of it. */
export function parseInventory(object: KubernetesObject): Inventory | undefined {
  if (!isConfigMap(object)) return undefined;
  const { epoch, settled, entries } = object.data ?? {};
  const number = Number(epoch);
  if (epoch === undefined || !Number.isSafeInteger(number) || number < 0) return undefined;
  const list = parseEntries(entries);
  return list === undefined ? undefined : { epoch: number, settled: settled === "true", entries: list };
}

/** Whether an object of this reference was made, or is about to be. */
export function isListed({ entries }: Inventory, ref: ObjectRef): boolean {
  return entries.some((entry) => refKey(entry) === refKey(ref));
}

/** With the intent to make these; what is known of them stays. */
export function withIntent(inventory: Inventory, refs: readonly ObjectRef[]): Inventory {
  const known = new Set(inventory.entries.map(refKey));
  const added = refs.filter((ref) => !known.has(refKey(ref)));
  return added.length === 0 ? inventory : { ...inventory, entries: [...inventory.entries, ...added] };
}

/** With the uids of objects that are there now. */
export function withUids(inventory: Inventory, objects: readonly KubernetesObject[]): Inventory {
  const uids = new Map(objects.map((object) => [keyOf(object), object.metadata.uid]));
  const entries = inventory.entries.map((entry) => {
    const uid = uids.get(refKey(entry));
    return uid === undefined ? entry : { ...entry, uid };
  });
  return { ...inventory, entries };
}

/** Without these: their deletion is confirmed. */
export function without(inventory: Inventory, refs: readonly ObjectRef[]): Inventory {
  const gone = new Set(refs.map(refKey));
  return { ...inventory, entries: inventory.entries.filter((entry) => !gone.has(refKey(entry))) };
}

/**
 * What is not to stay, in the order of deletion (the reverse of apply). An empty `keep` is refused: nothing to keep
 * means a removal, which says so, or a mistake that would delete everything.
 *
 * @param keep Keys of `refKey`.
 */
export function obsolete(inventory: Inventory, keep: ReadonlySet<string>): readonly InventoryEntry[] {
  if (keep.size === 0) throw new Error("refused to delete everything: the desired set is empty");
  return forDeletion(inventory.entries.filter((entry) => !keep.has(refKey(entry))));
}

/** In the order of deletion: what others refer to goes last. */
export function forDeletion(entries: readonly InventoryEntry[]): readonly InventoryEntry[] {
  const order = (entry: InventoryEntry): number => kindInfo(entry)?.applyOrder ?? unknownApplyOrder;
  return entries.toSorted((a, b) => order(b) - order(a) || byKey(a, b));
}

/** KEP-3659: `applyset-<base64url(sha256(name.namespace.kind.group))>-v1`. */
function applySetId({ namespace }: InventoryIdentity): string {
  const hash = createHash("sha256").update(`${inventoryName}.${namespace}.ConfigMap.`).digest("base64url");
  return `applyset-${hash}-v1`;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : `.${apiVersion.slice(0, slash)}`;
}

function byKey(a: ObjectRef, b: ObjectRef): number {
  return refKey(a) < refKey(b) ? -1 : 1;
}

function parseEntries(text: string | undefined): readonly InventoryEntry[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
  return Array.isArray(list) && list.every(isEntry) ? list : undefined;
}

function isEntry(value: unknown): value is InventoryEntry {
  if (typeof value !== "object" || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const optional = [fields["namespace"], fields["uid"]];
  return (
    [fields["apiVersion"], fields["kind"], fields["name"]].every((field) => typeof field === "string") &&
    optional.every((field) => field === undefined || typeof field === "string")
  );
}
