import { isJob, type KubernetesObject, refOf } from "@fairway/objects";
import type { Limits } from "../limits.ts";
import type { Plan } from "../plan/plan.ts";
import type { Clock, Cluster } from "../ports.ts";
import type { ClusterFacts } from "../state/facts.ts";
import type { InventoryIdentity } from "./inventory.ts";
import type { Session } from "./session.ts";

type Migration = NonNullable<ClusterFacts["migration"]>;

/**
 * Runs the migration Job to its end. It is made once: its name is the rollout's, and once its uid is in the journal no other
 * one is made, whatever became of it.
 */
export async function runMigration(of: {
  readonly cluster: Cluster;
  readonly plan: Plan;
  readonly session: Session;
  readonly identity: InventoryIdentity;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly migrated: () => string | undefined;
  readonly tell: (known: Partial<ClusterFacts>) => void;
}): Promise<Migration> {
  const { cluster, plan, session, clock, limits, signal, migrated, tell } = of;
  const { migration } = plan;
  if (migration === undefined) throw new Error(`rollout ${plan.rollout} has no migration`);
  const ref = refOf(migration.job);
  let uid = migrated();
  if (uid === undefined) {
    const live = await cluster.get(ref, signal);
    const [made] = live === undefined ? await session.apply([migration.job], signal) : [live];
    uid = made?.metadata.uid ?? "";
    tell({ migration: { uid, status: "running", detail: "running", causes: [] } });
  }
  for (;;) {
    const live = await cluster.get(ref, signal);
    const known = statusOf(live, uid, cluster.name);
    if (known.status !== "running") return known;
    tell({ migration: known });
    await clock.sleep(limits.tick, signal);
  }
}

function statusOf(live: KubernetesObject | undefined, uid: string, cluster: string): Migration {
  if (live === undefined || !isJob(live) || live.metadata.uid !== uid) {
    return failure(uid, {
      code: "MigrationLost",
      severity: "fatal",
      summary: "the migration Job was deleted before it was known how it ended",
      cluster,
      object: live === undefined ? "Job" : `Job/${live.metadata.name}`,
      count: 1,
      advice: "look at the database; deploy again when the migration can run once more",
    });
  }
  const conditions = live.status?.conditions ?? [];
  const ended = conditions.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
  if (ended?.type === "Complete") return { uid, status: "succeeded", detail: "succeeded", causes: [] };
  if (ended === undefined) return { uid, status: "running", detail: "running", causes: [] };
  return failure(uid, {
    code: "MigrationFailed",
    severity: "fatal",
    summary: "the migration failed",
    cluster,
    object: `Job/${live.metadata.name}`,
    count: 1,
    ...(ended.message === undefined ? {} : { message: ended.message }),
    advice: "read its log; migrations go forward only, so mend it and deploy again",
  });
}

function failure(uid: string, cause: Migration["causes"][number]): Migration {
  return { uid, status: "failed", detail: cause.summary, causes: [cause] };
}
