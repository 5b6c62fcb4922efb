import type { JsonObject } from "../../json.ts";

// What the cases make; small, and as the renderer makes it.

export function configMap(name: string, fields: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { A: "1" }, ...fields };
}

/** A Deployment that makes no pods unless `spec` says so. */
export function deployment(name: string, spec: JsonObject = {}, container: JsonObject = {}): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "app", image: "registry.invalid/app:1", ...container }] },
      },
      ...spec,
    },
  };
}

export function service(name: string, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: "http" }], ...spec },
  };
}

/** A pod that no node takes. */
export function pendingPod(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...metadata },
    spec: {
      nodeSelector: { "contract.invalid/nowhere": "" },
      containers: [{ name: "app", image: "registry.invalid/app:1" }],
      ...spec,
    },
  };
}

export function job(name: string, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: {
      suspend: true,
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "app", image: "registry.invalid/app:1" }] },
      },
      ...spec,
    },
  };
}
