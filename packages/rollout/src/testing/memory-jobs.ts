import { isJob, type Job, type KubernetesObject, refOf } from "@fairway/objects";
import type { Clock } from "../ports.ts";
import type { MemoryObjects } from "./memory-objects.ts";

/** What the pod of a Job does. Times in milliseconds. */
export type JobBehaviour =
  | { readonly kind: "succeeds"; readonly after?: number; readonly log?: string }
  | { readonly kind: "fails"; readonly exitCode: number; readonly after?: number; readonly log?: string }
  /** The node says why: `ErrImagePull`. */
  | { readonly kind: "cannot-start"; readonly reason: string; readonly message?: string };

export interface MemoryJobs {
  /** The log of a pod so far; undefined: it is of no Job. */
  log(pod: string): string | undefined;
  /** Names of the Jobs of which a pod has begun, oldest first. */
  readonly runs: readonly string[];
}

const startDelay = 50;

/** The Job controller of a memory cluster: one pod for each Job, one try. */
export function memoryJobs(objects: MemoryObjects, clock: Clock, behaviour: () => JobBehaviour): MemoryJobs {
  const logs = new Map<string, string>();
  const runs: string[] = [];

  const run = async (job: Job): Promise<void> => {
    const { name, namespace = "", uid = "" } = job.metadata;
    const lives = async (milliseconds: number): Promise<boolean> => {
      await clock.sleep(milliseconds);
      return objects.get(refOf(job))?.metadata.uid === uid;
    };
    if (!(await lives(startDelay))) return;
    const scripted = behaviour();
    const pod: KubernetesObject = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${name}-0`,
        namespace,
        ...job.spec?.template.metadata,
        ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid, controller: true }],
      },
      spec: job.spec?.template.spec,
    };
    const startTime = new Date(clock.now()).toISOString();
    const report = (phase: string, state: object): void => {
      const containerStatuses = [{ name: "migrate", ready: false, restartCount: 0, state }];
      objects.put({ ...objects.get(refOf(pod)), ...pod, status: { phase, startTime, containerStatuses } });
    };
    if (scripted.kind === "cannot-start") {
      const { reason, message } = scripted;
      report("Pending", { waiting: { reason, ...(message === undefined ? {} : { message }) } });
      return;
    }
    const { kind, after = 1_000, log = "", ...rest } = scripted;
    const startedAt = startTime;
    runs.push(name);
    logs.set(`${name}-0`, log);
    report("Running", { running: { startedAt } });
    if (!(await lives(after))) return;
    const exitCode = "exitCode" in rest ? rest.exitCode : 0;
    const finishedAt = new Date(clock.now()).toISOString();
    const failed = kind === "fails";
    report(failed ? "Failed" : "Succeeded", {
      terminated: { exitCode, reason: failed ? "Error" : "Completed", startedAt, finishedAt },
    });
    if (!(await lives(startDelay))) return;
    const condition = failed
      ? { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "the Job has failed" }
      : { type: "Complete", status: "True" };
    const live = objects.get(refOf(job));
    if (live !== undefined) objects.put({ ...live, status: { conditions: [condition] } });
  };

  const known = new Set<string>();
  objects.subscribe((changed, gone) => {
    const { uid = "" } = changed.metadata;
    if (gone || !isJob(changed) || known.has(uid)) return;
    known.add(uid);
    run(changed).catch(() => undefined);
  });

  return { log: (pod) => logs.get(pod), runs };
}
