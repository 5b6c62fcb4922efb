import assert from "node:assert/strict";
import { test } from "node:test";
import { changedFields, fieldsOwnedBy, type KubernetesObject, type ManagedFieldsEntry, ownedPart } from "./index.ts";

const owns = (
  manager: string,
  fieldsV1: ManagedFieldsEntry["fieldsV1"],
  operation: "Apply" | "Update" = "Apply",
): ManagedFieldsEntry => ({ manager, operation, apiVersion: "apps/v1", fieldsType: "FieldsV1", fieldsV1 });

const deployment = (spec: object, ...managedFields: readonly ManagedFieldsEntry[]): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "user-a", managedFields },
  spec,
});

const container = { ".": {}, "f:name": {}, "f:image": {} };
const ours = owns("fairway", {
  "f:spec": {
    "f:replicas": {},
    "f:template": {
      "f:spec": {
        "f:containers": { 'k:{"name":"app"}': { ...container, "f:args": {}, "f:resources": { "f:limits": {} } } },
        "f:volumes": { 'k:{"name":"tmp"}': { ".": {}, "f:name": {}, "f:emptyDir": {} } },
      },
    },
  },
});

test("defaults, sidecars of a webhook and fields of others are left out", () => {
  const live = deployment(
    {
      replicas: 2,
      revisionHistoryLimit: 10,
      template: {
        spec: {
          dnsPolicy: "ClusterFirst",
          containers: [
            {
              name: "app",
              image: "app:1",
              args: ["--fast"],
              terminationMessagePath: "/dev/termination-log",
              resources: { limits: { memory: "1Gi" } },
            },
            { name: "istio-proxy", image: "istio:1" },
          ],
          volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Gi" } }, { name: "istio" }],
        },
      },
    },
    ours,
    owns("webhook", { "f:spec": { "f:revisionHistoryLimit": {} } }, "Update"),
  );
  const fields = fieldsOwnedBy("fairway", live);
  assert.ok(fields);
  assert.deepEqual(ownedPart(live, fields), {
    spec: {
      replicas: 2,
      template: {
        spec: {
          containers: [{ name: "app", image: "app:1", args: ["--fast"], resources: { limits: { memory: "1Gi" } } }],
          volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Gi" } }],
        },
      },
    },
  });
});

test("a field that is given up counts as long as one version says it was ours", () => {
  const live = deployment(
    { replicas: 2, paused: true },
    owns("fairway", { "f:spec": { "f:replicas": {}, "f:paused": {} } }),
  );
  const next = deployment({ replicas: 2 }, owns("fairway", { "f:spec": { "f:replicas": {} } }));
  const fields = fieldsOwnedBy("fairway", live, next);
  assert.ok(fields);
  assert.deepEqual(changedFields(ownedPart(live, fields), ownedPart(next, fields)), [
    { path: ".spec.paused", from: true, to: undefined },
  ]);
});

test("items of sets by value, items of lists by several keys, with the fields that name them", () => {
  const object = {
    finalizers: ["ours", "theirs"],
    ports: [
      { containerPort: 80, protocol: "TCP", name: "http" },
      { containerPort: 80, protocol: "UDP", name: "quic" },
    ],
  };
  const fields = {
    "f:finalizers": { 'v:"ours"': {} },
    "f:ports": { 'k:{"containerPort":80,"protocol":"TCP"}': { "f:name": {} } },
  };
  assert.deepEqual(ownedPart(object, fields), {
    finalizers: ["ours"],
    ports: [{ containerPort: 80, protocol: "TCP", name: "http" }],
  });
});

test("an item is told by its name also in the part of somebody who did not give it that", () => {
  const object = { ports: [{ port: 80, protocol: "TCP", name: "http", targetPort: "http" }] };
  const theirs = ownedPart(object, { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:port": {} } } });
  assert.deepEqual(theirs, { ports: [{ name: "http", port: 80, protocol: "TCP" }] });
});

test("an API that keeps no account of us is not asked", () => {
  const status = { ...owns("fairway", { "f:status": {} }), subresource: "status" };
  assert.equal(fieldsOwnedBy("fairway", deployment({}, owns("kubectl", { "f:spec": {} }), status)), undefined);
  assert.equal(fieldsOwnedBy("fairway", deployment({}, owns("fairway", { "f:spec": {} }, "Update"))), undefined);
});
