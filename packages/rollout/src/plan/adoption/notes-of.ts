import { describeRef, isCronJob, type KubernetesObject, refOf } from "@fairway/objects";
import type { AdoptionPlan } from "./adoption-plan.ts";

/** What whoever decides on an adoption should know of one cluster, in the words that are shown. */
export function notesOf(
  {
    from,
    ours,
  }: {
    readonly from: AdoptionPlan["from"];
    readonly ours: {
      readonly service: string;
      readonly namespace: string;
      readonly objects: readonly KubernetesObject[];
    };
  },
  found: {
    readonly way: AdoptionPlan["way"];
    /** Objects of ours that will hold for pods of others too. */
    readonly wide: readonly KubernetesObject[];
    /** The Helm release that the old service is of. */
    readonly helm: string | undefined;
  },
): readonly string[] {
  const { way, wide, helm } = found;
  const notes: string[] = [];
  if (wide.length > 0) {
    const names = wide.map((one) => describeRef(refOf(one))).join(", ");
    notes.push(`with the confirmation ${names} will hold for all pods of the namespace ${from.namespace}`);
  }
  if (ours.objects.some(isCronJob))
    notes.push("crons of ours begin with the confirmation: end the old ones before, they are left alone");
  if (way === "mirror")
    notes.push(
      `the address ${from.service}.${from.namespace} goes with the confirmation: its callers must use ${ours.service}.${ours.namespace} by then`,
    );
  if (helm !== undefined)
    notes.push(
      `Helm still remembers its release ${helm}: after the confirmation forget it by deleting its Secrets (kubectl delete secret -n ${from.namespace} -l owner=helm,name=${helm}), not by helm uninstall, which deletes by name`,
    );
  return notes;
}
