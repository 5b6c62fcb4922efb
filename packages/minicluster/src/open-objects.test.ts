import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { type Objects, openObjects } from "./open-objects.ts";
import { ApiError } from "./status.ts";

const start = Date.UTC(2026, 0, 2, 3, 4, 5);

function opened(): { objects: Objects; clock: { time: number; now(): number } } {
  const clock = { time: start, now: () => clock.time };
  return { objects: openObjects({ clock }), clock };
}

function container(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { name: "app", image: "shop:1", ...fields };
}

function pod(name: string, spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [container()], ...spec },
  };
}

function deployment(spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "shop", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "shop" } },
      template: { metadata: { labels: { app: "shop" } }, spec: { containers: [container()] } },
      ...spec,
    },
  };
}

function service(spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "shop", namespace: "default" },
    spec: { selector: { app: "shop" }, ports: [{ port: 80, targetPort: "http" }], ...spec },
  };
}

function configMap(fields: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "c", namespace: "default" },
    data: { A: "1" },
    ...fields,
  };
}

function failure(action: () => unknown): ApiError {
  try {
    action();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

test("a created object is named, dated, defaulted and counted", () => {
  const { objects } = opened();
  const made = objects.create("deployments", deployment());
  assert.match(made.metadata.uid ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(made.metadata.creationTimestamp, "2026-01-02T03:04:05Z");
  assert.equal(made.metadata.generation, 1);
  assert.equal(made.metadata.resourceVersion, objects.collectionVersion());
  assert.deepEqual(made["spec"], {
    replicas: 1,
    selector: { matchLabels: { app: "shop" } },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    template: {
      metadata: { labels: { app: "shop" } },
      spec: {
        containers: [
          {
            name: "app",
            image: "shop:1",
            imagePullPolicy: "IfNotPresent",
            resources: {},
            terminationMessagePath: "/dev/termination-log",
            terminationMessagePolicy: "File",
          },
        ],
        dnsPolicy: "ClusterFirst",
        restartPolicy: "Always",
        schedulerName: "default-scheduler",
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
    },
  });
});

test("a service keeps the address that it was given when a client leaves it out", () => {
  const { objects } = opened();
  const made = objects.create("services", service());
  const { clusterIP } = Object(made["spec"]);
  assert.match(clusterIP, /^10\.96\./);
  const changed = objects.update("services", service({ selector: { app: "other" } }));
  assert.equal(Object(changed["spec"]).clusterIP, clusterIP);
});

test("a pod on a node is deleted in two steps, one without a node at once", () => {
  const { objects, clock } = opened();
  objects.create("pods", pod("waiting"));
  objects.remove({ resource: "pods", namespace: "default", name: "waiting" });
  assert.equal(objects.get({ resource: "pods", namespace: "default", name: "waiting" }), undefined);

  const key = { resource: "pods", namespace: "default", name: "running" };
  objects.create("pods", pod("running", { nodeName: "n" }));
  objects.remove(key);
  const marked = objects.get(key)?.metadata;
  assert.deepEqual(
    [marked?.deletionTimestamp, marked?.deletionGracePeriodSeconds, marked?.generation],
    ["2026-01-02T03:04:35Z", 30, 2],
  );
  const version = objects.collectionVersion();
  objects.remove(key, { gracePeriodSeconds: 60 });
  assert.equal(objects.collectionVersion(), version, "a grace period that runs is not made longer");
  clock.time += 5000;
  objects.remove(key, { gracePeriodSeconds: 10 });
  assert.equal(objects.get(key)?.metadata.deletionTimestamp, "2026-01-02T03:04:15Z");
  objects.remove(key, { gracePeriodSeconds: 0 });
  assert.equal(objects.get(key), undefined);
});

test("propagation is left to the garbage collector as a finalizer", () => {
  const { objects } = opened();
  for (const [policy, finalizer] of [
    ["Foreground", "foregroundDeletion"],
    ["Orphan", "orphan"],
  ] as const) {
    objects.create("deployments", { ...deployment(), metadata: { name: policy.toLowerCase(), namespace: "default" } });
    const key = { resource: "deployments", namespace: "default", name: policy.toLowerCase() };
    objects.remove(key, { propagationPolicy: policy });
    assert.deepEqual(objects.get(key)?.metadata.finalizers, [finalizer]);
  }
});

test("a namespace that ends takes nothing new, and goes when it is finalized", () => {
  const { objects } = opened();
  const made = objects.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  assert.equal(made.metadata.labels?.["kubernetes.io/metadata.name"], "shop");
  objects.remove({ resource: "namespaces", name: "shop" });
  const ending = objects.get({ resource: "namespaces", name: "shop" });
  assert.deepEqual(ending?.["status"], { phase: "Terminating" });
  const error = failure(() => objects.create("configmaps", configMap({ metadata: { name: "c", namespace: "shop" } })));
  assert.equal(error.code, 403);
  assert.equal(error.status.details?.causes?.[0]?.reason, "NamespaceTerminating");
  assert.ok(ending);
  objects.update("namespaces", { ...ending, spec: {} });
  assert.ok(objects.get({ resource: "namespaces", name: "shop" }), "a plain update does not finalize");
  objects.update("namespaces", { ...ending, spec: {} }, { subresource: "finalize" });
  assert.equal(objects.get({ resource: "namespaces", name: "shop" }), undefined);
});

test("the cluster's own namespaces are there and stay", () => {
  const { objects } = opened();
  assert.deepEqual(
    objects.list("namespaces").map(({ metadata }) => metadata.name),
    ["default", "kube-node-lease", "kube-public", "kube-system"],
  );
  assert.equal(failure(() => objects.remove({ resource: "namespaces", name: "default" })).code, 403);
});

test("subscribers are told of each change after it is stored", () => {
  const { objects } = opened();
  const seen: string[] = [];
  const unsubscribe = objects.subscribe(({ type, resource, object }) => {
    const stored = objects.get({ resource, namespace: "default", name: object.metadata.name });
    seen.push(`${type} ${object.metadata.name} ${stored === undefined ? "gone" : "there"}`);
  });
  const made = objects.create("configmaps", configMap());
  objects.update("configmaps", { ...made, data: {} });
  objects.remove({ resource: "configmaps", namespace: "default", name: "c" });
  unsubscribe();
  objects.create("configmaps", configMap());
  assert.deepEqual(seen, ["ADDED c there", "MODIFIED c there", "DELETED c gone"]);
});

test("events are kept for an hour", () => {
  const { objects, clock } = opened();
  const event = (name: string) => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "default" },
    involvedObject: { kind: "Pod", name: "p", namespace: "default" },
    lastTimestamp: new Date(clock.time).toISOString().replace(/\.\d+/, ""),
  });
  objects.create("events", event("old"));
  clock.time += 3_500_000;
  objects.create("events", event("young"));
  clock.time += 200_000;
  objects.create("events", event("new"));
  assert.deepEqual(
    objects.list("events").map(({ metadata }) => metadata.name),
    ["new", "young"],
  );
});

test("labels filter a list, quantities come back canonical, unknown fields are dropped", () => {
  const { objects } = opened();
  objects.create("pods", { ...pod("a"), metadata: { name: "a", namespace: "default", labels: { x: "1" } } });
  const limits = { cpu: "1000m", memory: "1024Mi" };
  const made = objects.create("pods", pod("b", { containers: [container({ resources: { limits }, colour: "red" })] }));
  assert.deepEqual(
    objects.list("pods", { namespace: "default", labels: { x: "1" } }).map(({ metadata }) => metadata.name),
    ["a"],
  );
  const [app] = Object(made["spec"]).containers;
  assert.deepEqual(app.resources, { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } });
  assert.equal("colour" in app, false);
  assert.equal(Object(made["status"]).qosClass, "Guaranteed");
});

test("a restart gives back the same objects", (context) => {
  const directory = mkdtempSync(join(tmpdir(), "cluster-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  let objects = openObjects({ clock: Date, directory });
  const made = objects.create("deployments", deployment());
  objects.close();
  objects = openObjects({ clock: Date, directory });
  context.after(() => objects.close());
  assert.deepEqual(objects.get({ resource: "deployments", namespace: "default", name: "shop" }), made);
  assert.equal(objects.collectionVersion(), made.metadata.resourceVersion);
});
