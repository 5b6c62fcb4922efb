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

test("generation counts changes of the spec only; a write that changes nothing is none", () => {
  const { objects } = opened();
  const made = objects.create("deployments", deployment());
  const labelled = objects.update("deployments", {
    ...made,
    metadata: { ...made.metadata, labels: { a: "b" } },
  });
  assert.equal(labelled.metadata.generation, 1);
  const version = objects.collectionVersion();
  objects.update("deployments", labelled);
  assert.equal(objects.collectionVersion(), version);
  const scaled = objects.update("deployments", { ...labelled, spec: { ...Object(labelled["spec"]), replicas: 3 } });
  assert.equal(scaled.metadata.generation, 2);
  const status = { observedGeneration: 2, replicas: 3 };
  const observed = objects.update("deployments", { ...scaled, spec: {}, status }, { subresource: "status" });
  assert.equal(observed.metadata.generation, 2);
  assert.deepEqual(observed["status"], status);
  assert.equal(Object(observed["spec"]).replicas, 3);
  const again = objects.update("deployments", { ...observed, status: { replicas: 9 } });
  assert.deepEqual(again["status"], status, "the main resource does not write the status");
});

test("an update with an old version, or another uid, conflicts", () => {
  const { objects } = opened();
  const first = objects.create("configmaps", configMap());
  objects.update("configmaps", { ...first, data: { A: "2" } });
  const stale = failure(() => objects.update("configmaps", { ...first, data: { A: "3" } }));
  assert.equal(stale.code, 409);
  assert.equal(
    stale.message,
    'Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to the latest version and try again',
  );
  const { resourceVersion: _, ...metadata } = first.metadata;
  const other = { ...first, metadata: { ...metadata, uid: "another" } };
  assert.equal(failure(() => objects.update("configmaps", other)).code, 409);
  objects.update("configmaps", { ...first, metadata, data: { A: "4" } });
});

test("a lease is only updated with a version", () => {
  const { objects } = opened();
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "l", namespace: "default" },
    spec: { holderIdentity: "a" },
  };
  objects.create("leases", lease);
  assert.equal(failure(() => objects.update("leases", lease)).code, 422);
});

test("generateName adds five letters", () => {
  const { objects } = opened();
  const metadata = { ...pod("").metadata, generateName: "shop-a-" };
  const made = objects.create("pods", { ...pod(""), metadata });
  assert.match(made.metadata.name, /^shop-a-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

const refused: readonly (readonly [string, string, KubernetesObject, number, RegExp])[] = [
  [
    "a name that is none",
    "configmaps",
    configMap({ metadata: { name: "C", namespace: "default" } }),
    422,
    /metadata\.name: Invalid value: "C"/,
  ],
  [
    "no name",
    "configmaps",
    configMap({ metadata: { name: "", namespace: "default" } }),
    422,
    /name or generateName is required/,
  ],
  [
    "an unknown namespace",
    "configmaps",
    configMap({ metadata: { name: "c", namespace: "nowhere" } }),
    404,
    /^namespaces "nowhere" not found$/,
  ],
  ["the wrong kind", "configmaps", service(), 400, /do not match the expected v1, ConfigMap/],
  ["a wrong type", "configmaps", configMap({ data: { A: 1 } }), 400, /cannot unmarshal number into .* of type string/],
  [
    "a label that is none",
    "configmaps",
    configMap({ metadata: { name: "c", namespace: "default", labels: { "a b": "c" } } }),
    422,
    /metadata\.labels/,
  ],
  ["a data key that is none", "configmaps", configMap({ data: { "a/b": "c" } }), 422, /data\[a\/b\]/],
  [
    "a selector that misses its template",
    "deployments",
    deployment({ selector: { matchLabels: { app: "x" } } }),
    422,
    /`selector` does not match template `labels`/,
  ],
  ["no selector", "deployments", deployment({ selector: null }), 422, /spec\.selector: Required value/],
  ["an empty selector", "deployments", deployment({ selector: {} }), 422, /empty selector is invalid for deployment/],
  [
    "replicas below zero",
    "deployments",
    deployment({ replicas: -1 }),
    422,
    /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
  ],
  [
    "a rollout that cannot move",
    "deployments",
    deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    422,
    /may not be 0 when `maxSurge` is 0/,
  ],
  ["no container", "pods", pod("p", { containers: [] }), 422, /spec\.containers: Required value/],
  [
    "no image",
    "pods",
    pod("p", { containers: [{ name: "app" }] }),
    422,
    /spec\.containers\[0\]\.image: Required value/,
  ],
  [
    "two containers of one name",
    "pods",
    pod("p", { containers: [container(), container()] }),
    422,
    /Duplicate value: "app"/,
  ],
  [
    "a port out of range",
    "pods",
    pod("p", { containers: [container({ ports: [{ containerPort: 70000 }] })] }),
    422,
    /must be between 1 and 65535/,
  ],
  [
    "a mount without volume",
    "pods",
    pod("p", { containers: [container({ volumeMounts: [{ name: "v", mountPath: "/v" }] })] }),
    422,
    /Not found: "v"/,
  ],
  [
    "a request above its limit",
    "pods",
    pod("p", { containers: [container({ resources: { requests: { cpu: "2" }, limits: { cpu: "500m" } } })] }),
    422,
    /must be less than or equal to cpu limit of 500m/,
  ],
  [
    "a quantity that is none",
    "pods",
    pod("p", { containers: [container({ resources: { limits: { memory: "much" } } })] }),
    400,
    /quantities must match/,
  ],
  [
    "a probe without handler",
    "pods",
    pod("p", { containers: [container({ livenessProbe: {} })] }),
    422,
    /must specify a handler type/,
  ],
  [
    "an unknown service account",
    "pods",
    pod("p", { serviceAccountName: "robot" }),
    403,
    /serviceaccount "robot" not found/,
  ],
  ["a service without ports", "services", service({ ports: [] }), 422, /spec\.ports: Required value/],
  [
    "a service port without name",
    "services",
    service({ ports: [{ port: 1 }, { port: 2, name: "b" }] }),
    422,
    /spec\.ports\[0\]\.name: Required value/,
  ],
  ["a service port out of range", "services", service({ ports: [{ port: 0 }] }), 422, /spec\.ports\[0\]\.port/],
  [
    "a service type that is none",
    "services",
    service({ type: "Magic" }),
    422,
    /supported values: "ClusterIP", "ExternalName"/,
  ],
  [
    "a resourceVersion",
    "configmaps",
    configMap({ metadata: { name: "c", namespace: "default", resourceVersion: "1" } }),
    400,
    /resourceVersion should not be set/,
  ],
];

for (const [what, resource, object, code, message] of refused) {
  test(`create refuses ${what}`, () => {
    const { objects } = opened();
    const version = objects.collectionVersion();
    const error = failure(() => objects.create(resource, object));
    assert.match(error.message, message);
    assert.equal(error.code, code);
    assert.equal(objects.collectionVersion(), version);
  });
}

test("an invalid object is refused with a cause for each fault", () => {
  const { objects } = opened();
  const error = failure(() =>
    objects.create("deployments", deployment({ replicas: -1, selector: { matchLabels: { app: "x" } } })),
  );
  assert.deepEqual(
    error.status.details?.causes?.map(({ reason, field }) => `${reason} ${field}`),
    ["FieldValueInvalid spec.replicas", "FieldValueInvalid spec.template.metadata.labels"],
  );
  assert.match(error.message, /^Deployment\.apps "shop" is invalid: \[/);
  assert.deepEqual([error.status.details?.group, error.status.details?.kind], ["apps", "Deployment"]);
});

const fixed: readonly (readonly [string, string, KubernetesObject, KubernetesObject, RegExp])[] = [
  [
    "a deployment's selector",
    "deployments",
    deployment(),
    deployment({
      selector: { matchLabels: { app: "shop", x: "y" } },
      template: { metadata: { labels: { app: "shop", x: "y" } }, spec: { containers: [container()] } },
    }),
    /spec\.selector: Invalid value: .*: field is immutable/,
  ],
  [
    "an immutable config map",
    "configmaps",
    configMap({ immutable: true }),
    configMap({ immutable: true, data: { A: "2" } }),
    /data: Forbidden: field is immutable when `immutable` is set/,
  ],
  ["that a config map is immutable", "configmaps", configMap({ immutable: true }), configMap(), /immutable: Forbidden/],
  ["a service's address", "services", service(), service({ clusterIP: "10.96.77.77" }), /may not change once set/],
  [
    "a pod's environment",
    "pods",
    pod("p"),
    pod("p", { containers: [container({ env: [{ name: "A", value: "1" }] })] }),
    /pod updates may not change fields other than/,
  ],
];

for (const [what, resource, before, after, message] of fixed) {
  test(`update refuses to change ${what}`, () => {
    const { objects } = opened();
    objects.create(resource, before);
    const error = failure(() => objects.update(resource, after));
    assert.match(error.message, message);
    assert.equal(error.code, 422);
  });
}

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

test("finalizers hold an object until the last one goes, and no new ones come", () => {
  const { objects } = opened();
  const held = objects.create(
    "configmaps",
    configMap({ metadata: { name: "c", namespace: "default", finalizers: ["x.dev/a"] } }),
  );
  const key = { resource: "configmaps", namespace: "default", name: "c" };
  objects.remove(key);
  const marked = objects.get(key);
  assert.ok(marked?.metadata.deletionTimestamp);
  const more = { ...marked, metadata: { ...marked.metadata, finalizers: ["x.dev/a", "x.dev/b"] } };
  assert.match(failure(() => objects.update("configmaps", more)).message, /no new finalizers can be added/);
  objects.update("configmaps", { ...marked, metadata: { ...marked.metadata, finalizers: [] } });
  assert.equal(objects.get(key), undefined);
  assert.equal(failure(() => objects.remove(key)).code, 404);
  assert.ok(held.metadata.uid);
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

test("preconditions of a deletion", () => {
  const { objects } = opened();
  const made = objects.create("configmaps", configMap());
  const key = { resource: "configmaps", namespace: "default", name: "c" };
  assert.equal(failure(() => objects.remove(key, { uid: "other" })).code, 409);
  assert.equal(failure(() => objects.remove(key, { resourceVersion: "1" })).code, 409);
  objects.remove(key, { uid: made.metadata.uid ?? "", resourceVersion: made.metadata.resourceVersion ?? "" });
  assert.equal(objects.get(key), undefined);
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

test("a dry run answers as the write would, and stores nothing", () => {
  const { objects } = opened();
  const version = objects.collectionVersion();
  const made = objects.create("deployments", deployment(), { dryRun: true });
  assert.equal(Object(made["spec"]).replicas, 1);
  assert.equal(failure(() => objects.create("deployments", deployment({ replicas: -1 }), { dryRun: true })).code, 422);
  assert.equal(objects.collectionVersion(), version);
});

test("a scale changes the number of replicas and nothing else", () => {
  const { objects } = opened();
  objects.create("deployments", deployment());
  const scale = (replicas: number) => ({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name: "shop", namespace: "default" },
    spec: { replicas },
  });
  const scaled = objects.update("deployments", scale(4), { subresource: "scale", manager: "scaler" });
  assert.equal(Object(scaled["spec"]).replicas, 4);
  assert.equal(failure(() => objects.update("deployments", scale(-1), { subresource: "scale" })).code, 422);
  const owner = scaled.metadata.managedFields?.find(({ manager }) => manager === "scaler");
  assert.deepEqual([owner?.subresource, owner?.fieldsV1], ["scale", { "f:spec": { "f:replicas": {} } }]);
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
