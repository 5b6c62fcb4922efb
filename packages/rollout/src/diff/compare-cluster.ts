import {
  describeRef,
  isConfigMap,
  isSecret,
  type KubernetesObject,
  type ObjectRef,
  refKey,
  refOf,
  type Secret,
  type SecretHider,
  secretHider,
} from "@fairway/objects";
import { refusalFinding, refusalOf } from "../cluster/failure.ts";
import { emptyInventory, type Inventory, inventoryRef, obsolete, parseInventory } from "../cluster/inventory.ts";
import { namespaceFinding, permissionFinding } from "../cluster/namespace-finding.ts";
import { ForeignObject, isOurs } from "../cluster/ownership.ts";
import { type TriedObject, tryObject } from "../cluster/try-object.ts";
import type { ClusterPlan, Plan } from "../plan/plan.ts";
import { type Clock, type Cluster, ClusterError } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import type { ClusterDiff, DiffProblem, ObjectDiff, Risk } from "./cluster-diff.ts";
import { compareObjects, compareWanted } from "./compare-objects.ts";
import { publicAddresses } from "./public-addresses.ts";
import { risksOf } from "./risks.ts";

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
  const ended = new AbortController();
  const late = new AbortController();
  const waiting = options.clock.sleep(options.reach, ended.signal).then(
    () => late.abort(new ClusterError("unreachable", cluster.name, `no answer within ${options.reach / 1000} s`)),
    () => undefined,
  );
  try {
    return await compare(cluster, plan, await options.secrets(), AbortSignal.any([signal, late.signal]));
  } catch (error) {
    signal.throwIfAborted();
    const reason = late.signal.aborted ? late.signal.reason : error;
    return notCompared(cluster, [refusalFinding(cluster.name, reason, "the service")]);
  } finally {
    ended.abort();
    await waiting;
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
  const { missingPermissions } = await cluster.check(signal);
  const missing = missingPermissions.map((permission) => permissionFinding(name, permission));
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

  const tried = await Promise.all(
    own.desired.map(
      async (object): Promise<Tried> =>
        isSecret(object)
          ? { object, ...unseen(object, inventory), problems: [] }
          : tryOne(cluster, object, { identity, exists, desired: own.desired }, signal),
    ),
  );
  const writable = tried.filter(({ foreign }) => foreign === undefined);
  const predecessors = exists
    ? await predecessorsOf(cluster, writable, own, signal)
    : new Map<string, KubernetesObject>();
  const renamed = new Map([...predecessors].map(([to, { metadata }]) => [metadata.name, to]));
  const removed = await removedObjects(cluster, inventory, own, secrets, identity, signal);

  const compared = writable.map((one) => {
    const predecessor = predecessors.get(one.object.metadata.name);
    return diffOf(one, isConfigMap(one.object) ? predecessor : undefined, hider, renamed);
  });
  const lost = lostAddresses(
    [...writable.flatMap(({ live }) => live ?? []), ...removed.flatMap(({ live }) => live ?? [])],
    writable.map(({ object, next }) => next ?? object),
  );
  const brought = secrets
    .filter((secret) => !listed(inventory, refOf(secret)))
    .map((secret): ObjectDiff => ({ ...refOf(secret), change: "created", fields: [], risks: [] }));
  const changed = [...compared.flatMap(({ diff }) => diff ?? []), ...brought].map((diff) => withLost(diff, lost));
  return {
    cluster: name,
    compared: true,
    objects: [...changed, ...removed.map(({ ref }) => withLost(removal(ref), lost))],
    unchanged: compared.filter(({ diff }) => diff === undefined).length,
    problems: [...missing.map(withoutCluster), ...tried.flatMap(({ problems }) => problems)].map((problem) => ({
      ...problem,
      message: hider.clean(problem.message),
    })),
  };
}

/** The addresses of other services are made by the platform, whatever those are called. */
function isAddressVariable(name: string): boolean {
  return /^SERVICE_[A-Z0-9_]+_URL$/.test(name);
}

interface Tried extends TriedObject {
  readonly object: KubernetesObject;
  readonly problems: readonly DiffProblem[];
  /** Somebody else's: a deploy would stop there. */
  readonly foreign?: true;
  /** The refusal's own words, where the API refuses to change what is there. */
  readonly immutable?: readonly { readonly field: string | undefined; readonly message: string }[];
}

/**
 * A refused object is its own problem; a cluster that stops answering is none of the object's. Where somebody else owns a
 * field, what is told is what would be without him.
 */
async function tryOne(
  cluster: Cluster,
  object: KubernetesObject,
  place: Parameters<typeof tryObject>[2],
  signal: AbortSignal,
  force = false,
): Promise<Tried> {
  try {
    return { object, ...(await tryObject(cluster, object, place, signal, force)), problems: [] };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ClusterError && error.code === "unreachable") throw error;
    const what = describeRef(refOf(object));
    const problems = [{ ...withoutCluster(refusalFinding(cluster.name, error, what)), object: what }];
    if (error instanceof ForeignObject) return { object, live: undefined, next: undefined, problems, foreign: true };
    if (error instanceof ClusterError && error.code === "field-conflict" && !force) {
      const asIf = await tryOne(cluster, object, place, signal, true);
      return { ...asIf, problems: [...problems, ...asIf.problems] };
    }
    const live = place.exists ? await cluster.get(refOf(object), signal).catch(() => undefined) : undefined;
    if (!(error instanceof ClusterError) || refusalOf(error, what).code !== "ImmutableField") {
      return { object, live, next: undefined, problems };
    }
    const fields = error.fields.map(({ field, message }) => ({ field, message }));
    const immutable = fields.length > 0 ? fields : [{ field: undefined, message: error.message }];
    return { object, live, next: undefined, problems, immutable };
  }
}

/** Nobody reads Secrets: what there is of one is its name in the inventory. */
function unseen(object: KubernetesObject, inventory: Inventory): TriedObject {
  return listed(inventory, refOf(object)) ? { live: object, next: object } : { live: undefined, next: undefined };
}

function listed({ entries }: Inventory, ref: ObjectRef): boolean {
  return entries.some((entry) => refKey(entry) === refKey(ref));
}

/** What a new object that is named by its content takes the place of, by the new name. */
async function predecessorsOf(
  cluster: Cluster,
  tried: readonly Tried[],
  own: ClusterPlan,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const wanted = new Set(own.desired.map((object) => refKey(refOf(object))));
  const former = own.former.filter((object) => isConfigMap(object) && !wanted.has(refKey(refOf(object))));
  const pairs = await Promise.all(
    tried
      .filter(({ object, live }) => live === undefined && isConfigMap(object))
      .map(async ({ object }): Promise<readonly (readonly [string, KubernetesObject])[]> => {
        const same = former.find((one) => stem(one) !== undefined && stem(one) === stem(object));
        const live = same === undefined ? undefined : await cluster.get(refOf(same), signal);
        return live === undefined ? [] : [[object.metadata.name, live]];
      }),
  );
  return new Map(pairs.flat());
}

/** `user` of `user-0a1b2c3d4e`: the name without the hash of the content. */
function stem({ metadata }: KubernetesObject): string | undefined {
  return /^(.+)-[0-9a-f]{10}$/.exec(metadata.name)?.[1];
}

function diffOf(
  { object, live, next, immutable = [] }: Tried,
  predecessor: KubernetesObject | undefined,
  hider: SecretHider,
  renamed: ReadonlyMap<string, string>,
): { readonly diff: ObjectDiff | undefined } {
  const ref = refOf(object);
  if (live === undefined) {
    if (predecessor === undefined) return { diff: { ...ref, change: "created", fields: [], risks: [] } };
    const fields = compareObjects(predecessor, next ?? object, hider, renamed);
    return { diff: { ...ref, change: "changed", insteadOf: predecessor.metadata.name, fields, risks: [] } };
  }
  hider.hide(live, live.kind);
  const fields =
    next === undefined ? compareWanted(live, object, hider, renamed) : compareObjects(live, next, hider, renamed);
  const risks = [...refusedRisks(immutable, hider), ...(next === undefined ? [] : risksOf(live, next, fields))];
  const isSame = fields.length === 0 && risks.length === 0;
  return { diff: isSame ? undefined : { ...ref, change: "changed", fields, risks } };
}

function refusedRisks(immutable: NonNullable<Tried["immutable"]>, hider: SecretHider): readonly Risk[] {
  if (immutable.length === 0) return [];
  const refused = immutable.map(
    ({ field, message }): Risk => ({
      code: "immutable",
      why: hider.clean(message),
      ...(field === undefined ? {} : { path: field.startsWith(".") ? field : `.${field}` }),
    }),
  );
  return [...refused, { code: "replace", why: "only a new object can have it, and a deploy does not delete this one" }];
}

interface Removed {
  readonly ref: ObjectRef;
  readonly live: KubernetesObject | undefined;
}

/** What the last phase of a rollout would delete. */
async function removedObjects(
  cluster: Cluster,
  inventory: Inventory,
  own: ClusterPlan,
  secrets: readonly Secret[],
  identity: Parameters<typeof isOurs>[1],
  signal: AbortSignal,
): Promise<readonly Removed[]> {
  const keep = new Set([...own.keep, ...secrets.map((secret) => refKey(refOf(secret)))]);
  const gone = keep.size === 0 ? [] : obsolete(inventory, keep);
  const found = await Promise.all(
    gone.map(async ({ uid, ...ref }): Promise<readonly Removed[]> => {
      if (ref.kind === "Secret") return [{ ref, live: undefined }];
      const live = await cluster.get(ref, signal);
      if (live === undefined || !isOurs(live, identity)) return [];
      return uid === undefined || uid === live.metadata.uid ? [{ ref, live }] : [];
    }),
  );
  return found.flat();
}

function removal(ref: ObjectRef): ObjectDiff {
  return {
    ...ref,
    change: "removed",
    fields: [],
    risks: [{ code: "removed", why: "the new release does not have it" }],
  };
}

/** Addresses that lead here now and will not, by the object that has them. One that only moves to another object is none. */
function lostAddresses(
  live: readonly KubernetesObject[],
  next: readonly KubernetesObject[],
): ReadonlyMap<string, readonly string[]> {
  const kept = new Set(next.flatMap(publicAddresses));
  return new Map(
    live.map((object) => [refKey(refOf(object)), publicAddresses(object).filter((address) => !kept.has(address))]),
  );
}

function withLost(diff: ObjectDiff, lost: ReadonlyMap<string, readonly string[]>): ObjectDiff {
  const risks = (lost.get(refKey(diff)) ?? []).map((address): Risk => ({ code: "host-lost", why: address }));
  return risks.length === 0 ? diff : { ...diff, risks: [...risks, ...diff.risks] };
}
