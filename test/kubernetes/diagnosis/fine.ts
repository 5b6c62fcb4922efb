import type { CauseCode, Severity } from "@fairway/diagnosis";
import type { KubernetesObject } from "@fairway/objects";
import type { KubernetesCluster } from "../harness/start-kubernetes.ts";
import type { Place } from "./broken.ts";
import { deployment, other, running, serving } from "./workload.ts";

/** What looks bad for a while, and gets well: a negative twin. */
export interface Fine {
  readonly title: string;
  readonly objects: (place: Place) => readonly KubernetesObject[];
  /** Worse than this it must never be called. */
  readonly worst: Severity;
  /** What is done as soon as this has been told, of whatever severity. */
  readonly after?: {
    readonly code: CauseCode;
    readonly act: (cluster: KubernetesCluster, place: Place) => Promise<void>;
  };
}

/** Ends with `code` at its first start, and serves from the second on. */
const secondTime = (end: string) => `
  const { existsSync, writeFileSync } = require("fs");
  if (existsSync("/v/tried")) ${serving()};
  else { writeFileSync("/v/tried", ""); ${end} }`;

const scratch = {
  container: { volumeMounts: [{ name: "v", mountPath: "/v" }] },
  pod: { volumes: [{ name: "v", emptyDir: {} }] },
};
const check = (more: Readonly<Record<string, number>>) => ({
  httpGet: { path: "/", port: 8080 },
  periodSeconds: 1,
  // On a machine that has much to do, a program takes some seconds to start.
  failureThreshold: 20,
  ...more,
});

const storage = { capacity: { storage: "1Mi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/tmp" } };
const claimed = {
  container: { volumeMounts: [{ name: "v", mountPath: "/v" }] },
  pod: { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] },
};
const claim = (namespace: string, storageClassName: string) =>
  other("v1", "PersistentVolumeClaim", "data", namespace, {
    spec: { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
  });
const volume = (namespace: string, fields: Readonly<Record<string, unknown>>) =>
  other("v1", "PersistentVolume", namespace, undefined, {
    spec: { ...storage, claimRef: { namespace, name: "data" }, ...fields },
  });

async function create({ client }: KubernetesCluster, path: string, body: KubernetesObject): Promise<void> {
  const { code, text } = await client.request("POST", path, { body });
  if (code !== 201) throw new Error(`${path}: ${code} ${text}`);
}

export const fine: readonly Fine[] = [
  {
    title: "one restart, then healthy",
    objects: ({ namespace, image }) => [deployment(namespace, image, secondTime("process.exit(3)"), scratch)],
    worst: "likely",
  },
  {
    title: "killed once by its liveness check, then healthy",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, secondTime("setInterval(() => {}, 1000)"), {
        ...scratch,
        container: { ...scratch.container, livenessProbe: check({ failureThreshold: 4 }) },
      }),
    ],
    worst: "likely",
  },
  {
    title: "a slow pull",
    objects: ({ namespace, image, registry, slowRegistry }) => [
      deployment(namespace, image.replace(registry, slowRegistry), serving(), {
        container: { readinessProbe: check({}), imagePullPolicy: "Always" },
      }),
    ],
    worst: "transient",
  },
  {
    title: "a slow start that its startup check allows",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(12_000), {
        container: { startupProbe: check({ failureThreshold: 60 }), readinessProbe: check({}) },
      }),
    ],
    worst: "transient",
  },
  {
    title: "a readiness check with an initial delay",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(3_000), {
        container: { readinessProbe: check({ initialDelaySeconds: 12, failureThreshold: 1 }) },
      }),
    ],
    worst: "transient",
  },
  {
    title: "an init container that has work to do",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), {
        pod: { initContainers: [running(image, "setTimeout(() => {}, 8000)", { name: "before" })] },
      }),
    ],
    worst: "transient",
    after: { code: "InitFailed", act: async () => undefined },
  },
  {
    title: "a node that an autoscaler brings",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), { pod: { nodeSelector: { "example.com/brought": namespace } } }),
    ],
    worst: "transient",
    after: {
      code: "Unschedulable",
      async act(cluster, { namespace }) {
        const pods = await cluster.client.request("GET", `/api/v1/namespaces/${namespace}/pods`);
        const { items }: { items: { metadata: { name: string; uid: string } }[] } = JSON.parse(pods.text);
        const { name, uid } = items[0]?.metadata ?? {};
        const now = new Date().toISOString();
        // As the cluster autoscaler tells it.
        await create(
          cluster,
          `/api/v1/namespaces/${namespace}/events`,
          other("v1", "Event", "scaling", namespace, {
            ...{
              type: "Normal",
              reason: "TriggeredScaleUp",
              message: "pod triggered scale-up: [{pool 1->2 (max: 3)}]",
            },
            ...{ involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name, uid } },
            ...{ firstTimestamp: now, lastTimestamp: now, count: 1, source: { component: "cluster-autoscaler" } },
          }),
        );
        // Longer than a pod without an autoscaler may wait.
        await new Promise((resolve) => setTimeout(resolve, 18_000));
        await cluster.kubectl(["label", "node", "--all", `example.com/brought=${namespace}`, "--overwrite"]);
      },
    },
  },
  {
    title: "a volume that is bound to its first consumer",
    objects: ({ namespace, image }) => [
      {
        ...other("storage.k8s.io/v1", "StorageClass", namespace, undefined, {}),
        ...{ provisioner: "kubernetes.io/no-provisioner", volumeBindingMode: "WaitForFirstConsumer" },
      },
      claim(namespace, namespace),
      volume(namespace, { storageClassName: namespace }),
      deployment(namespace, image, serving(), claimed),
    ],
    worst: "transient",
  },
  {
    title: "a volume that comes late",
    objects: ({ namespace, image }) => [claim(namespace, ""), deployment(namespace, image, serving(), claimed)],
    worst: "likely",
    after: {
      code: "VolumePending",
      act: (cluster, { namespace }) =>
        create(cluster, "/api/v1/persistentvolumes", volume(namespace, { storageClassName: "" })),
    },
  },
  {
    title: "configuration that comes late",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), { container: { envFrom: [{ configMapRef: { name: "settings" } }] } }),
    ],
    worst: "likely",
    after: {
      code: "ConfigMissing",
      act: (cluster, { namespace }) =>
        create(
          cluster,
          `/api/v1/namespaces/${namespace}/configmaps`,
          other("v1", "ConfigMap", "settings", namespace, { data: { A: "1" } }),
        ),
    },
  },
  {
    title: "an image that is pushed a moment later",
    objects: ({ namespace, registry }) => [
      deployment(namespace, `${registry}/${namespace}/web:1`, serving(), { container: { imagePullPolicy: "Always" } }),
    ],
    worst: "likely",
    after: {
      code: "ImageNotFound",
      async act(_, { namespace, registry, image }) {
        const manifests = (name: string) => `http://${registry}/v2/${name}/manifests`;
        const [name = "", tag = ""] = image.replace(`${registry}/`, "").split(":");
        const manifest = await fetch(`${manifests(name)}/${tag}`);
        const headers = { "content-type": manifest.headers.get("content-type") ?? "" };
        // Its blobs are not in this repository, which this registry does not mind.
        const body = await manifest.bytes();
        await fetch(`${manifests(`${namespace}/web`)}/1`, { method: "PUT", body, headers });
      },
    },
  },
  {
    title: "a quota that gets room",
    objects: ({ namespace, image }) => [
      other("v1", "ResourceQuota", "few", namespace, { spec: { hard: { pods: "0" } } }),
      deployment(namespace, image, serving()),
    ],
    worst: "likely",
    after: {
      code: "QuotaExceeded",
      async act(cluster, { namespace }) {
        await cluster.kubectl(["delete", "resourcequota", "few", `--namespace=${namespace}`]);
      },
    },
  },
  {
    title: "a rule of another namespace",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), { container: { readinessProbe: check({}) } }),
    ],
    worst: "transient",
  },
];
