import { isPod, isServiceAccount, type KubernetesObject, type Pod, type SecretHider } from "@fairway/objects";
import { askFewAtOnce } from "../cluster/ask-few-at-once.ts";
import { refusalFinding } from "../cluster/failure.ts";
import { inScratch } from "../cluster/try-object.ts";
import { type Cluster, ClusterError } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import type { WorkloadPods } from "./release-pods.ts";

/** Bounds are judged by how they will be, not by how they are (`limit-room.ts`, `quota-room.ts`); accounts are made before pods. */
const judgedElsewhere = new Set(["LimitRangeViolated", "QuotaExceeded", "ServiceAccountMissing"]);

/**
 * Tries one pod of each workload: webhooks, policies and Pod Security look at pods, not at what makes them, and there
 * nobody reads what they refuse. Gives the pods as they would be stored, with what webhooks add, where that is known.
 *
 * A finding only where the pod itself is refused. Who may not create pods, or meets a webhook that cannot try, learns nothing.
 *
 * @param place.exists whether the service's namespace does; until then only `invalid` counts, as with objects
 * @param place.accounts names of the ServiceAccounts that are there already
 */
export async function tryPods(
  cluster: Cluster,
  all: readonly WorkloadPods[],
  place: { readonly exists: boolean; readonly accounts: ReadonlySet<string> },
  hider: SecretHider,
  signal: AbortSignal,
): Promise<{ readonly pods: readonly WorkloadPods[]; readonly findings: readonly PrepareFinding[] }> {
  const counted = new Set(place.exists ? ["invalid", "denied"] : ["invalid"]);
  const tried = await askFewAtOnce(all, async (one): Promise<{ pods: WorkloadPods; finding?: PrepareFinding }> => {
    try {
      const pod = await cluster.create(tryable(one.pod, place), signal, { dryRun: true });
      return { pods: place.exists && isPod(pod) ? { ...one, pod } : one };
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code === "unreachable") throw error;
      const finding = refusalFinding(cluster.name, error, `a pod of ${one.workload}`);
      if (!counted.has(error.code) || judgedElsewhere.has(finding.code)) return { pods: one };
      return { pods: one, finding: { ...finding, message: hider.clean(finding.message) } };
    }
  });
  return { pods: tried.map(({ pods }) => pods), findings: tried.flatMap(({ finding }) => finding ?? []) };
}

/** A pod is refused while its account is not there; the rollout makes the account before the pods. */
function tryable(pod: Pod, place: { readonly exists: boolean; readonly accounts: ReadonlySet<string> }): Pod {
  const { spec } = pod;
  const placed = place.exists ? pod : inScratch(pod);
  if (spec?.serviceAccountName === undefined || (place.exists && place.accounts.has(spec.serviceAccountName))) {
    return { ...pod, metadata: placed.metadata };
  }
  const { serviceAccountName: _, ...rest } = spec;
  return { ...pod, metadata: placed.metadata, spec: rest };
}

/** Names of ServiceAccounts that are not only to come. */
export function accountsThere(live: readonly KubernetesObject[]): ReadonlySet<string> {
  return new Set(live.filter(isServiceAccount).map(({ metadata }) => metadata.name));
}
