import assert from "node:assert/strict";
import { it } from "node:test";
import { isPod } from "@fairway/objects";
import { keptObject } from "./kept-object.ts";

const metadata = { name: "user-a-1", namespace: "user", uid: "u", resourceVersion: "7", labels: { a: "b" } };
const container = {
  name: "app",
  image: "registry.example.com/user@sha256:00",
  resources: { limits: { memory: "128Mi" } },
  readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 5 },
  startupProbe: { httpGet: { path: "/", port: 8080 }, failureThreshold: 30 },
};
const status = { name: "app", ready: false, restartCount: 2, state: { waiting: { reason: "CrashLoopBackOff" } } };

it("of a pod stays what diagnosis and pages read, and nothing else", () => {
  const pod = keptObject({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      managedFields: [
        { manager: "kubelet", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: {} },
      ],
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "yes" },
    },
    spec: {
      nodeName: "n1",
      restartPolicy: "Always",
      tolerations: [{ key: "node.kubernetes.io/not-ready" }],
      volumes: [
        { name: "kube-api-access-x", projected: { sources: [] } },
        { name: "data", persistentVolumeClaim: { claimName: "data" } },
      ],
      securityContext: {},
      containers: [{ ...container, env: [{ name: "A", value: "b" }], volumeMounts: [], securityContext: {} }],
      initContainers: [{ ...container, envFrom: [] }],
    },
    status: {
      phase: "Running",
      qosClass: "Burstable",
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: [{ ...status, volumeMounts: [], resources: {} }],
      initContainerStatuses: [{ ...status, user: {} }],
    },
  });
  assert.ok(isPod(pod));
  assert.deepEqual(pod, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, annotations: { kept: "yes" } },
    spec: {
      nodeName: "n1",
      restartPolicy: "Always",
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      containers: [container],
      initContainers: [container],
    },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: [status],
      initContainerStatuses: [status],
    },
  });
});

it("of a replica set stays what its pods are labelled with, not a copy of their template", () => {
  const template = { metadata: { labels: { "fairway.dev/release": "r1" } } };
  const set = keptObject({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata,
    spec: { replicas: 0, selector: { matchLabels: {} }, template: { ...template, spec: { containers: [container] } } },
    status: { replicas: 0 },
  });
  assert.deepEqual(set["spec"], { replicas: 0, selector: { matchLabels: {} }, template });
  assert.deepEqual(set["status"], { replicas: 0 });
});

it("everything else stays whole, but for who manages which field", () => {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { template: { spec: { containers: [{ ...container, env: [{ name: "A", value: "b" }] }] } } },
  };
  assert.deepEqual(
    keptObject({
      ...deployment,
      metadata: {
        ...metadata,
        managedFields: [
          { manager: "fairway", operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: {} },
        ],
      },
    }),
    deployment,
  );
});
