import assert from "node:assert/strict";
import { test } from "node:test";
import { type HealthStatus, healthOf, type KubernetesObject } from "./index.ts";

const metadata = { name: "user-a", namespace: "user", generation: 2, creationTimestamp: "2024-05-01T10:00:00Z" };
const created = Date.parse(metadata.creationTimestamp);
const available = { type: "Available", status: "True" };
const rolledOut = { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" };
const full = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };

function deployment(status: object, spec: object = {}): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { replicas: 3, progressDeadlineSeconds: 60, ...spec },
    status: { conditions: [available, rolledOut], ...status },
  };
}
function pod(status: object): KubernetesObject {
  return { apiVersion: "v1", kind: "Pod", metadata, status };
}
function job(status: object): KubernetesObject {
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: { completions: 2 }, status };
}
function other(apiVersion: string, kind: string, status?: object, spec: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata, spec, ...(status === undefined ? {} : { status }) };
}
const scaler = (...conditions: object[]): KubernetesObject =>
  other(
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    { currentReplicas: 3, conditions },
    { minReplicas: 2, maxReplicas: 8 },
  );
const able = { type: "AbleToScale", status: "True" };
const route = (...parents: object[]): KubernetesObject =>
  other("gateway.networking.k8s.io/v1", "HTTPRoute", { parents });
const parent = (...conditions: object[]): object => ({ parentRef: { name: "public" }, conditions });
const accepted = { type: "Accepted", status: "True", observedGeneration: 2 };
const crashing = [{ name: "app", state: { waiting: { reason: "CrashLoopBackOff" } } }];
const unschedulable = {
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes have memory" }],
};

const cases: readonly [name: string, object: KubernetesObject, status: HealthStatus, message: string, now?: number][] =
  [
    [
      "budget met",
      other("policy/v1", "PodDisruptionBudget", { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 }),
      "Current",
      "pods that may go: 1",
    ],
    [
      "budget not met",
      other("policy/v1", "PodDisruptionBudget", { currentHealthy: 1, desiredHealthy: 2 }),
      "InProgress",
      "healthy: 1 of 2",
    ],
    ["a new autoscaler", scaler(), "InProgress", "its controller has not looked at it yet"],
    ["an autoscaler", scaler(able), "Current", "replicas: 3 within 2..8"],
    [
      "an autoscaler without metrics",
      scaler(able, { type: "ScalingActive", status: "False", message: "no metrics API" }),
      "Current",
      "replicas: 3 within 2..8, not by use: no metrics API",
    ],
    [
      "an autoscaler of nothing",
      scaler({ type: "AbleToScale", status: "False", message: "deployments.apps not found" }),
      "Failed",
      "deployments.apps not found",
    ],
    ["a route of no gateway", route(), "InProgress", "no gateway has taken it yet"],
    ["a route", route(parent(accepted)), "Current", "gateways: 1"],
    [
      "a route as it was before",
      route(parent({ ...accepted, observedGeneration: 1 })),
      "InProgress",
      "public has not looked at it yet",
    ],
    [
      "a route that a gateway refuses",
      route(parent(accepted), parent({ ...accepted, status: "False", message: "no listener has this host" })),
      "Failed",
      "public: no listener has this host",
    ],
    [
      "a route to nowhere",
      route(parent(accepted, { type: "ResolvedRefs", status: "False", reason: "BackendNotFound" })),
      "InProgress",
      "public: BackendNotFound",
    ],
    ["a cron", other("batch/v1", "CronJob", {}), "Current", "exists"],
    ["an ingress", other("networking.k8s.io/v1", "Ingress", { loadBalancer: {} }), "Current", "exists"],
    ["all replicas available", deployment(full), "Current", "available: 3 of 3"],
    [
      "controller has not seen the change",
      deployment({ ...full, observedGeneration: 1 }),
      "InProgress",
      "the controller has seen generation 1, the object is at 2",
    ],
    ["no pods yet", deployment({ observedGeneration: 2 }), "InProgress", "pods: 0 of 3"],
    ["old pods left", deployment({ ...full, updatedReplicas: 1 }), "InProgress", "updated: 1 of 3"],
    ["surge not gone", deployment({ ...full, replicas: 4 }), "InProgress", "old pods that still stop: 1"],
    ["some unavailable", deployment({ ...full, availableReplicas: 2 }), "InProgress", "available: 2 of 3"],
    [
      "replica set not confirmed",
      deployment({ ...full, conditions: [available] }),
      "InProgress",
      "the new replica set is not available yet",
    ],
    [
      "without a deadline no Progressing condition is awaited",
      deployment({ ...full, conditions: [available] }, { progressDeadlineSeconds: 2147483647 }),
      "Current",
      "available: 3 of 3",
    ],
    [
      "not available",
      deployment({ ...full, conditions: [rolledOut] }),
      "InProgress",
      "the deployment is not available yet",
    ],
    [
      "deadline exceeded, although all counters are full",
      deployment({
        ...full,
        conditions: [
          {
            type: "Progressing",
            status: "False",
            reason: "ProgressDeadlineExceeded",
            message: 'ReplicaSet "user-a-6d9f" has timed out progressing.',
          },
        ],
      }),
      "Failed",
      'ReplicaSet "user-a-6d9f" has timed out progressing.',
    ],
    [
      "scaled to zero",
      deployment({ observedGeneration: 2, conditions: [available, rolledOut] }, { replicas: 0 }),
      "Current",
      "available: 0 of 0",
    ],
    [
      "deletion wins over all",
      { ...deployment(full), metadata: { ...metadata, deletionTimestamp: "2024-05-01T10:01:00Z" } },
      "Terminating",
      "is being deleted",
    ],
    ["pod without status", pod({}), "InProgress", "has not started yet"],
    ["pod ready", pod({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] }), "Current", "is ready"],
    ["pod not ready", pod({ phase: "Running" }), "InProgress", "runs, is not ready yet"],
    [
      "pod crashing",
      pod({ phase: "Running", containerStatuses: crashing }),
      "Failed",
      "crashes again and again: container app",
    ],
    [
      "init container crashing",
      pod({ phase: "Pending", initContainerStatuses: crashing }),
      "Failed",
      "crashes again and again: container app",
    ],
    ["pod ended", pod({ phase: "Succeeded" }), "Current", "has ended well"],
    ["pod evicted", pod({ phase: "Failed", message: "evicted" }), "Failed", "evicted"],
    ["node lost", pod({ phase: "Unknown" }), "Unknown", "its node does not report"],
    ["no node, no clock", pod(unschedulable), "InProgress", "no node for it: 0/1 nodes have memory"],
    ["no node for 15 s", pod(unschedulable), "InProgress", "no node for it: 0/1 nodes have memory", created + 15_000],
    ["no node for 16 s", pod(unschedulable), "Failed", "no node for it: 0/1 nodes have memory", created + 16_000],
    ["job not started", job({}), "InProgress", "has not started yet"],
    ["job running", job({ startTime: "2024-05-01T10:00:00Z", succeeded: 1 }), "InProgress", "completed: 1 of 2"],
    [
      "job complete",
      job({ succeeded: 2, conditions: [{ type: "Complete", status: "True" }] }),
      "Current",
      "completed: 2",
    ],
    [
      "job failed",
      job({ conditions: [{ type: "Failed", status: "True", message: "BackoffLimitExceeded" }] }),
      "Failed",
      "BackoffLimitExceeded",
    ],
    ["namespace", { apiVersion: "v1", kind: "Namespace", metadata, status: { phase: "Active" } }, "Current", "exists"],
    [
      "namespace terminating",
      { apiVersion: "v1", kind: "Namespace", metadata, status: { phase: "Terminating" } },
      "Terminating",
      "is being deleted",
    ],
    ["service", { apiVersion: "v1", kind: "Service", metadata, spec: {} }, "Current", "exists"],
    [
      "load balancer without address",
      { apiVersion: "v1", kind: "Service", metadata, spec: { type: "LoadBalancer" } },
      "InProgress",
      "has no address yet",
    ],
    ["secret", { apiVersion: "v1", kind: "Secret", metadata }, "Current", "exists"],
    ["service account", { apiVersion: "v1", kind: "ServiceAccount", metadata }, "Current", "exists"],
    [
      "endpoint slice",
      { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata, endpoints: null },
      "Current",
      "exists",
    ],
    ["config map", { apiVersion: "v1", kind: "ConfigMap", metadata }, "Current", "exists"],
    [
      "node not ready",
      {
        apiVersion: "v1",
        kind: "Node",
        metadata,
        status: { conditions: [{ type: "Ready", status: "False", message: "disk pressure" }] },
      },
      "InProgress",
      "disk pressure",
    ],
    [
      "stalled custom resource",
      {
        apiVersion: "example.org/v1",
        kind: "Widget",
        metadata,
        status: { conditions: [{ type: "Stalled", status: "True", message: "no licence" }, 7, null] },
      },
      "Failed",
      "no licence",
    ],
  ];

for (const [name, object, status, message, now] of cases) {
  test(`${object.kind}: ${name}`, () => assert.deepEqual(healthOf(object, now), { status, message }));
}
