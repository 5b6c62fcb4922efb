import { type Cause, examineJob, type JobExamination, type JobSubject, wantsJobLogs } from "@fairway/diagnosis";
import { type KubernetesObject, refOf } from "@fairway/objects";
import type { Limits } from "../limits.ts";
import type { Plan } from "../plan/plan.ts";
import type { Clock, Cluster } from "../ports.ts";
import type { ClusterFacts } from "../state/facts.ts";
import type { InventoryIdentity } from "./inventory.ts";
import { ownLabels } from "./ownership.ts";
import { readLogs } from "./read-logs.ts";
import type { Session } from "./session.ts";
import type { Tenure } from "./tenure.ts";

type Migration = NonNullable<ClusterFacts["migration"]>;

interface Running {
  readonly cluster: Cluster;
  readonly plan: Pick<Plan, "rollout" | "namespace" | "migration">;
  readonly session: Pick<Session, "apply">;
  readonly tenure: Pick<Tenure, "prove">;
  readonly identity: InventoryIdentity;
  readonly clock: Clock;
  readonly limits: Pick<Limits, "tick">;
  readonly signal: AbortSignal;
  readonly migrated: () => string | undefined;
  readonly tell: (known: Partial<ClusterFacts>) => void;
}

/**
 * Runs the migration Job to its end. It is made once: its name is the rollout's, and once its uid is in the journal no other
 * one is made, whatever became of it.
 */
export async function runMigration(of: Running): Promise<Migration> {
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
  const job = { name: migration.job.metadata.name, uid };
  let earlier: readonly Cause[] = [];
  for (;;) {
    const { state, causes, doomed, log } = await examineIn(of, { job, earlier });
    if (state === "succeeded") return { uid, status: "succeeded", detail: "succeeded", causes: [], log };
    if (state === "failed") return { ...failure(uid, causes), log };
    if (state === "gone") return failure(uid, [lost(cluster.name, job.name)]);
    if (doomed) {
      // It has not begun, and must not when its cause is mended and this rollout long over.
      await of.tenure.prove();
      await cluster.delete(ref, { uid }, signal);
      return failure(uid, causes);
    }
    earlier = causes;
    tell({ migration: { uid, status: "running", detail: causes[0]?.summary ?? "running", causes, log } });
    await clock.sleep(limits.tick, signal);
  }
}

/** What the Job shows now, with the log of its newest pod. */
async function examineIn(
  { cluster, plan, identity, clock, signal }: Pick<Running, "cluster" | "plan" | "identity" | "clock" | "signal">,
  known: Pick<JobSubject, "job" | "earlier">,
): Promise<JobExamination & { readonly log: readonly string[] }> {
  const { namespace } = plan;
  const of = { apiVersion: "v1", namespace };
  const [live, pods, events] = await Promise.all([
    cluster.get({ apiVersion: "batch/v1", kind: "Job", namespace, name: known.job.name }, signal),
    cluster.list({ ...of, kind: "Pod", labels: ownLabels(identity) }, signal),
    // They only explain: without the right to read them it goes on.
    cluster.list({ ...of, kind: "Event" }, signal).catch((): readonly KubernetesObject[] => []),
  ]);
  const objects = [...(live === undefined ? [] : [live]), ...pods];
  const subject: JobSubject = { cluster: cluster.name, namespace, objects, events, now: clock.now(), ...known };
  const logs = await readLogs(cluster, namespace, wantsJobLogs(subject), signal);
  const log = (logs.at(-1)?.text ?? "").split("\n").filter((line) => line !== "");
  return { ...examineJob({ ...subject, logs }), log };
}

function lost(cluster: string, job: string): Cause {
  return {
    code: "MigrationLost",
    severity: "fatal",
    summary: "the migration Job was deleted before it was known how it ended",
    cluster,
    object: `Job/${job}`,
    count: 1,
    advice: "look at the database; deploy again when the migration can run once more",
  };
}

function failure(uid: string, causes: readonly Cause[]): Migration {
  return { uid, status: "failed", detail: causes[0]?.summary ?? "the migration failed", causes };
}
