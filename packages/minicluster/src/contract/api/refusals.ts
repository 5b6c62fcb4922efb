import type { JsonObject } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment, job, pendingPod, service } from "./objects.ts";

const withMetadata = (metadata: JsonObject) => ({ ...configMap("c"), metadata: { name: "c", ...metadata } });

/** What a person gets wrong, and the words that he reads. */
export function refusalCases(each: Register): void {
  const talk = dialogues(each, "refusals");

  talk("bad names", async ({ post }) => {
    for (const name of ["Upper", "under_score", "-a", "a.", "x".repeat(254)]) await post("configmaps", configMap(name));
    for (const name of ["1st", "a.b", "x".repeat(64)]) await post("services", service(name));
    await post("deployments", deployment("Bad"));
    await post("/api/v1/namespaces", { metadata: { name: "a.b" } });
  });
  talk("bad labels and annotations", async ({ post }) => {
    await post("configmaps", withMetadata({ labels: { "a b": "c" } }));
    await post("configmaps", withMetadata({ labels: { a: "b c" } }));
    await post("configmaps", withMetadata({ labels: { a: "x".repeat(64) } }));
    await post("configmaps", withMetadata({ labels: { "Not/ok/key": "" } }));
    await post("configmaps", withMetadata({ labels: { "UPPER.example/a": "" } }));
    await post("configmaps", withMetadata({ annotations: { "a b": "c" } }));
    await post("configmaps", withMetadata({ annotations: { a: "x".repeat(256 * 1024) } }));
  });
  talk("bad finalizers and owners", async ({ post }) => {
    await post("configmaps", withMetadata({ finalizers: ["plain"] }));
    await post("configmaps", withMetadata({ finalizers: ["a b/c"] }));
    await post("configmaps", withMetadata({ ownerReferences: [{ kind: "Pod" }] }));
    const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true };
    await post("configmaps", withMetadata({ ownerReferences: [owner, { ...owner, uid: "v" }] }));
  });
  talk("bad keys and too much data", async ({ post }) => {
    await post("configmaps", configMap("c", { data: { "a b": "c" } }));
    await post("configmaps", configMap("c", { data: { a: "x" }, binaryData: { a: "AAE=" } }));
    await post("configmaps", configMap("c", { data: { a: "x".repeat(1024 * 1024 + 1) } }));
    await post("secrets", { metadata: { name: "s" }, data: { "a/b": "" } });
    await post("secrets", { metadata: { name: "s" }, type: "kubernetes.io/dockerconfigjson" });
    await post("secrets", {
      metadata: { name: "s" },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": "{" },
    });
    await post("secrets", { metadata: { name: "s" }, type: "kubernetes.io/basic-auth" });
    await post("secrets", { metadata: { name: "s" }, type: "kubernetes.io/tls" });
  });
  talk("a Deployment without, or with a wrong selector", async ({ post }) => {
    await post("deployments", deployment("d", { selector: null }));
    await post("deployments", deployment("d", { selector: {} }));
    await post("deployments", deployment("d", { selector: { matchLabels: { app: "other" } } }));
    await post("deployments", deployment("d", { selector: { matchLabels: { app: "b c" } } }));
    await post("deployments", deployment("d", { selector: { matchExpressions: [{ key: "a", operator: "In" }] } }));
    await post("deployments", deployment("d", { selector: { matchExpressions: [{ key: "a", operator: "Like" }] } }));
  });
  talk("a Deployment without template, container, name or image", async ({ post }) => {
    await post("deployments", { metadata: { name: "d" }, spec: { selector: { matchLabels: { a: "b" } } } });
    await post("deployments", { metadata: { name: "d" } });
    await post("deployments", deployment("d", {}, { name: null }));
    await post("deployments", deployment("d", {}, { image: null }));
    await post("deployments", deployment("d", {}, { image: " x " }));
    await post("deployments", deployment("d", {}, { name: "Bad_Name" }));
    await post("deployments", deployment("d", {}, { imagePullPolicy: "Sometimes" }));
  });
  talk("a Deployment with wrong numbers and strategies", async ({ post }) => {
    await post("deployments", deployment("d", { replicas: -1 }));
    await post("deployments", deployment("d", { minReadySeconds: -1, revisionHistoryLimit: -1 }));
    await post("deployments", deployment("d", { progressDeadlineSeconds: 5, minReadySeconds: 10 }));
    await post("deployments", deployment("d", { strategy: { type: "Magic" } }));
    await post("deployments", deployment("d", { strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } } }));
    await post("deployments", deployment("d", { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }));
    await post("deployments", deployment("d", { strategy: { rollingUpdate: { maxSurge: "many" } } }));
    await post("deployments", deployment("d", { strategy: { rollingUpdate: { maxUnavailable: "120%" } } }));
  });
  talk("wrong ports of containers", async ({ post }) => {
    const ports = (...of: readonly JsonObject[]) => deployment("d", {}, { ports: [...of] });
    await post("deployments", ports({ containerPort: 0 }));
    await post("deployments", ports({ containerPort: 70000 }));
    await post("deployments", ports({ name: "Upper", containerPort: 80 }));
    await post("deployments", ports({ name: "sixteen-letters-", containerPort: 80 }));
    await post("deployments", ports({ containerPort: 80, protocol: "HTTP" }));
    await post("deployments", ports({ name: "http", containerPort: 80 }, { name: "http", containerPort: 81 }));
  });
  talk("wrong quantities", async ({ post }) => {
    const resources = (of: JsonObject) => deployment("d", {}, { resources: of });
    await post("deployments", resources({ limits: { memory: "much" } }));
    await post("deployments", resources({ limits: { memory: "-1" } }));
    await post("deployments", resources({ limits: { memory: "1Gi" }, requests: { memory: "2Gi" } }));
    await post("deployments", resources({ limits: { fast: "1" } }));
    await post("deployments", resources({ limits: { memory: true } }), { loosely: true });
  });
  talk("wrong variables", async ({ post }) => {
    const env = (...of: readonly JsonObject[]) => deployment("d", {}, { env: [...of] });
    await post("deployments", env({ name: "" }));
    await post("deployments", env({ name: "a=b" }));
    await post("deployments", env({ name: "A", value: "1", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }));
    await post("deployments", env({ name: "A", valueFrom: {} }));
    await post("deployments", env({ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.colour" } } }));
    await post("deployments", env({ name: "A", valueFrom: { secretKeyRef: { name: "s" } } }));
    await post("deployments", env({ name: "A", valueFrom: { configMapKeyRef: { name: "Bad_", key: "a b" } } }));
    await post("deployments", deployment("d", {}, { envFrom: [{ prefix: "a=" }] }));
  });
  talk("wrong probes and hooks", async ({ post }) => {
    const probe = (of: JsonObject) => deployment("d", {}, { readinessProbe: of });
    await post("deployments", probe({}));
    await post("deployments", probe({ httpGet: { port: 0 } }));
    await post("deployments", probe({ httpGet: { port: 80, scheme: "FTP" } }));
    await post("deployments", probe({ httpGet: { port: 80 }, exec: { command: ["a"] } }));
    await post("deployments", probe({ exec: { command: [] } }));
    await post("deployments", probe({ tcpSocket: { port: "http" }, periodSeconds: -1, failureThreshold: -2 }));
    await post("deployments", deployment("d", {}, { livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }));
    await post("deployments", deployment("d", {}, { lifecycle: { preStop: { sleep: { seconds: 60 } } } }));
    await post("deployments", deployment("d", {}, { lifecycle: { preStop: {} } }));
  });
  talk("wrong volumes and mounts", async ({ post }) => {
    const template = (spec: JsonObject, container: JsonObject = {}) =>
      deployment("d", {
        template: {
          metadata: { labels: { app: "d" } },
          spec: { containers: [{ name: "app", image: "registry.invalid/app:1", ...container }], ...spec },
        },
      });
    await post("deployments", template({}, { volumeMounts: [{ name: "v", mountPath: "/v" }] }));
    await post("deployments", template({ volumes: [{ name: "v" }] }, { volumeMounts: [{ name: "v" }] }));
    await post("deployments", template({ volumes: [{ name: "v" }, { name: "v" }] }));
    await post("deployments", template({ volumes: [{ name: "v", emptyDir: {}, secret: { secretName: "s" } }] }));
    await post("deployments", template({ volumes: [{ name: "v", secret: {} }] }));
    await post("deployments", template({ volumes: [{ name: "v", configMap: {} }] }));
    await post("deployments", template({ volumes: [{ name: "Bad_", emptyDir: {} }] }));
  });
  talk("wrong settings of a pod", async ({ post }) => {
    const template = (spec: JsonObject) =>
      deployment("d", {
        template: {
          metadata: { labels: { app: "d" } },
          spec: { containers: [{ name: "app", image: "registry.invalid/app:1" }], ...spec },
        },
      });
    await post("deployments", template({ restartPolicy: "Never" }));
    await post("deployments", template({ restartPolicy: "Perhaps" }));
    await post("deployments", template({ dnsPolicy: "Own" }));
    await post("deployments", template({ serviceAccountName: "Bad_" }));
    await post(
      "deployments",
      template({
        containers: [
          { name: "a", image: "a" },
          { name: "a", image: "b" },
        ],
      }),
    );
    await post("deployments", template({ containers: [] }));
    await post("pods", pendingPod("p", { serviceAccountName: "absent" }));
  });
  talk("wrong Services", async ({ post }) => {
    await post("services", service("s", { ports: [] }));
    await post("services", service("s", { ports: [{ port: 0 }] }));
    await post("services", service("s", { ports: [{ port: 80 }, { port: 81 }] }));
    await post(
      "services",
      service("s", {
        ports: [
          { name: "a", port: 80 },
          { name: "a", port: 81 },
        ],
      }),
    );
    await post(
      "services",
      service("s", {
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 80 },
        ],
      }),
    );
    await post("services", service("s", { ports: [{ port: 80, targetPort: "Not A Name" }] }));
    await post("services", service("s", { ports: [{ port: 80, targetPort: 70000 }] }));
    await post("services", service("s", { ports: [{ port: 80, protocol: "HTTP" }] }));
    await post("services", service("s", { type: "Magic" }));
    await post("services", service("s", { type: "ExternalName" }));
    await post("services", service("s", { selector: { "a b": "c" } }));
    await post("services", service("s", { sessionAffinity: "Cookie" }));
    await post("services", service("s", { clusterIP: "not an address" }));
  });
  talk("wrong Jobs", async ({ post }) => {
    await post("jobs", job("j", { completions: -1, parallelism: -1, backoffLimit: -1 }));
    await post("jobs", job("j", { template: { spec: { containers: [{ name: "a", image: "a" }] } } }));
    await post("jobs", job("j", { activeDeadlineSeconds: 0, ttlSecondsAfterFinished: -1 }));
    await post("jobs", { metadata: { name: "j" } });
    await post("jobs", job("j", { selector: { matchLabels: { a: "b" } } }));
  });
  talk("what a Deployment, a Service, a Job and a Secret may not change", async ({ prepare, patch }) => {
    await prepare("POST", "deployments", deployment("d"));
    await patch("merge", "deployments/d", {
      spec: { selector: { matchLabels: { app: "e" } }, template: { metadata: { labels: { app: "e" } } } },
    });
    const made = await prepare("POST", "services", service("s"));
    await patch("merge", "services/s", { spec: { clusterIP: "10.96.99.99", clusterIPs: ["10.96.99.99"] } });
    await patch("merge", "services/s", { spec: { clusterIP: "None" } });
    await patch(
      "merge",
      "services/s",
      { spec: { clusterIP: Object(made["spec"]).clusterIP } },
      { show: ({ kind }) => kind },
    );
    await prepare("POST", "jobs", job("j"));
    await patch("merge", "jobs/j", { spec: { completions: 2 } });
    await patch("merge", "jobs/j", { spec: { template: { spec: { restartPolicy: "OnFailure" } } } }, { loosely: true });
    await patch("merge", "jobs/j", { spec: { parallelism: 2 } }, { show: ({ spec }) => Object(spec).parallelism });
    await prepare("POST", "secrets", { metadata: { name: "t" } });
    await patch("merge", "secrets/t", { type: "example.com/other" });
  });
  talk("an immutable ConfigMap or Secret stays as it is", async ({ prepare, patch }) => {
    await prepare("POST", "configmaps", configMap("c", { immutable: true }));
    await patch("merge", "configmaps/c", { data: { A: "2" } });
    await patch("merge", "configmaps/c", { immutable: false });
    await patch("merge", "configmaps/c", { metadata: { labels: { a: "b" } } }, { show: ({ data }) => data });
    await prepare("POST", "secrets", { metadata: { name: "s" }, immutable: true, stringData: { a: "b" } });
    await patch("merge", "secrets/s", { stringData: { a: "c" } });
    await patch("merge", "secrets/s", { immutable: null });
  });
  talk("a pod changes its image and little else", async ({ prepare, patch }) => {
    await prepare("POST", "pods", pendingPod("p"));
    const container = (of: JsonObject) => ({ spec: { containers: [{ name: "app", ...of }] } });
    await patch("strategic", "pods/p", container({ image: "registry.invalid/app:2" }), {
      show: ({ spec }) => Object(spec).containers[0].image,
    });
    await patch("strategic", "pods/p", container({ env: [{ name: "A", value: "1" }] }), { loosely: true });
    await patch(
      "merge",
      "pods/p",
      { metadata: { labels: { a: "b" } } },
      { show: ({ metadata }) => Object(metadata).labels },
    );
    await patch(
      "merge",
      "pods/p",
      { spec: { activeDeadlineSeconds: 60 } },
      { show: ({ spec }) => Object(spec).activeDeadlineSeconds },
    );
  });
  talk("metadata that never changes", async ({ prepare, patch }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await patch("merge", "configmaps/c", { metadata: { namespace: "default" } });
    await patch(
      "merge",
      "configmaps/c",
      { metadata: { creationTimestamp: "2001-01-01T00:00:00Z" } },
      { show: ({ metadata }) => metadata },
    );
    await patch("merge", "configmaps/c", { metadata: { generation: 9 } }, { show: ({ metadata }) => metadata });
    await patch(
      "merge",
      "configmaps/c",
      { metadata: { deletionTimestamp: "2001-01-01T00:00:00Z" } },
      { show: ({ metadata }) => metadata },
    );
  });
}
