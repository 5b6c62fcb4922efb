import type { CronJob, JobSpec } from "@fairway/objects";
import type { Cron } from "@fairway/spec";
import { cronLabel } from "../labels.ts";
import { commandContainer } from "./container.ts";
import { metadata, type Place } from "./place.ts";
import { podMetadata, podSpec } from "./pod.ts";

const policies = { allow: "Allow", forbid: "Forbid", replace: "Replace" } as const;

/** Seconds by which a run may be late. With no bound, a cron that missed 100 runs while the cluster slept never runs again. */
const startingDeadlineSeconds = 300;

/** Ended runs that are kept to be looked at. */
const kept = 3;

/** In the environment's lead cluster alone, unless a cron is to run everywhere. */
export function cronJobs(place: Place): readonly CronJob[] {
  return place.inputs.spec.crons
    .filter(({ everywhere }) => everywhere || place.cluster.lead)
    .map((cron) => cronJob(place, cron));
}

function cronJob(place: Place, cron: Cron): CronJob {
  const labels = { [cronLabel]: cron.name };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: metadata(place, cron.name, { labels }),
    spec: {
      schedule: cron.schedule,
      timeZone: "Etc/UTC",
      concurrencyPolicy: policies[cron.concurrency],
      startingDeadlineSeconds,
      successfulJobsHistoryLimit: kept,
      failedJobsHistoryLimit: kept,
      jobTemplate: {
        metadata: { labels: { ...place.labels, ...labels } },
        spec: jobSpec(place, cron.command, { labels, deadline: cron.deadline }),
      },
    },
  };
}

/**
 * One run of a command in the service's image. A run that fails is not repeated: only its author knows whether it may be. A
 * pod that its node had to give up is no failure, and runs again.
 *
 * @param own.deadline Seconds.
 */
export function jobSpec(
  place: Place,
  command: readonly string[],
  own: { readonly labels: Readonly<Record<string, string>>; readonly deadline: number | undefined },
): JobSpec {
  return {
    ...(own.deadline === undefined ? {} : { activeDeadlineSeconds: own.deadline }),
    backoffLimit: 0,
    podFailurePolicy: {
      rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
    },
    template: {
      metadata: podMetadata(place, { labels: own.labels }),
      spec: podSpec(place, commandContainer(place, command), {
        restartPolicy: "Never",
        terminationGracePeriodSeconds: place.inputs.spec.run.grace,
      }),
    },
  };
}
