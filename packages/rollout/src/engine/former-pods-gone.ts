import { releaseLabel, slotLabel } from "@fairway/manifests";
import { isFinished, isPod } from "@fairway/objects";
import { ownLabels } from "../cluster/ownership.ts";
import { isReplica } from "../cluster/progress.ts";
import type { Limits } from "../limits.ts";
import type { Plan } from "../plan/plan.ts";
import type { Clock, Cluster } from "../ports.ts";

/** Pods of other releases may still answer their last requests; they are waited for as long as a deletion may take. */
export async function formerPodsGone(of: {
  readonly cluster: Cluster;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly limits: Pick<Limits, "deletion" | "tick">;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { cluster, plan, clock, limits, signal } = of;
  const { namespace } = plan;
  const own = plan.clusters[cluster.name];
  const end = clock.now() + limits.deletion;
  const pods = { apiVersion: "v1", kind: "Pod", namespace, labels: ownLabels(plan) };
  while (clock.now() < end) {
    const others = (await cluster.list(pods, signal)).filter(
      ({ metadata: { labels } }) =>
        labels?.[releaseLabel] !== own?.carries.desired || labels?.[slotLabel] !== plan.target?.slot,
    );
    // A removal leaves nothing; else what is in no slot, as a cron's run, lives on.
    const counts = plan.target === undefined ? isPod : isReplica;
    if (!others.some((pod) => counts(pod) && !isFinished(pod))) return;
    await clock.sleep(limits.tick, signal);
  }
}
