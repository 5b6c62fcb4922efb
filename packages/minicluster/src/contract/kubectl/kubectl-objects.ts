import type { Stage } from "../stage.ts";
import { container, idle, pod, workload } from "../workloads/objects.ts";

/** A whole Deployment, as it would stand in a file. */
export function deploymentFile(
  stage: Stage,
  fields: object = {},
  env: readonly { name: string; value: string }[] = [],
) {
  return { apiVersion: "apps/v1", kind: "Deployment", ...workload("web", container(stage, idle, { env }), fields) };
}

export function podFile(stage: Stage, name: string, script: string, fields: object = {}, metadata: object = {}) {
  return { apiVersion: "v1", kind: "Pod", ...pod(name, [container(stage, script)], fields, metadata) };
}

export function configMapFile(name: string, data: Readonly<Record<string, string>>) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}
