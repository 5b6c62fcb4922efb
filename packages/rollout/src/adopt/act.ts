import type { KubernetesObject } from "@fairway/objects";
import type { AdoptionPlan, ClusterAdoption } from "../plan/adoption/adoption-plan.ts";
import { type Cluster, ClusterError } from "../ports.ts";

/** Where an act of an adoption is done. */
export interface AdoptionPlace {
  readonly cluster: Cluster;
  /** Of the adoption. */
  readonly number: number;
  readonly service: string;
  readonly environment: string;
  readonly plan: AdoptionPlan;
  readonly own: ClusterAdoption;
  /** What ours is there by now, or will be, in its slot. */
  readonly ours: readonly KubernetesObject[];
  /** Whether the adoption is still in the turn that this act is of: another server may have gone on with it. */
  readonly isCurrent: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** What became of an act. `pending`: not yet, it is to be tried again; `failed`: trying again would not help. */
export type ActOutcome =
  | { readonly state: "done" }
  | { readonly state: "pending"; readonly message: string }
  | { readonly state: "failed"; readonly message: string };

export const done: ActOutcome = { state: "done" };
export const pending = (message: string): ActOutcome => ({ state: "pending", message });
export const failed = (message: string): ActOutcome => ({ state: "failed", message });

/** What may be otherwise the next time: silence, and somebody who was faster. */
const passing = new Set<ClusterError["code"]>(["unreachable", "conflict", "unknown"]);

/** Does it, and says how it went; throws only what is no cluster's. */
export async function attempt(act: () => Promise<ActOutcome>): Promise<ActOutcome> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return (passing.has(error.code) ? pending : failed)(error.message);
  }
}
