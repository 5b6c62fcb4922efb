import type { Job } from "@fairway/objects";
import type { ReleaseInputs } from "../release-inputs.ts";
import type { Sha256 } from "../release-name.ts";
import { jobSpec } from "./cron-job.ts";
import { metadata, placeOf } from "./place.ts";

/**
 * The Job that brings the database to this release, for the environment's lead cluster; undefined where the service has no
 * migrations. No part of `render`: it is no object that stands there, but one run of a rollout's db phase, which gives it a
 * name of its own.
 */
export function migrationJob(
  inputs: ReleaseInputs,
  sha256: Sha256,
): { readonly cluster: string; readonly job: Job } | undefined {
  const { spec } = inputs;
  const cluster = inputs.clusters.find(({ lead }) => lead);
  if (spec.migrations === undefined || cluster === undefined) return undefined;
  const place = placeOf(inputs, cluster, sha256);
  const job: Job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadata(place, `${spec.name}-migrate`),
    spec: jobSpec(place, spec.migrations.command, { labels: {}, deadline: undefined }),
  };
  return { cluster: cluster.name, job };
}
