import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment, job, pendingPod, service } from "./objects.ts";

/** What is stored for the least that may be said, whole. */
export function defaultCases(each: Register): void {
  const talk = dialogues(each, "defaults", { ownership: true });

  talk("ConfigMap", async ({ post }) => {
    await post("configmaps", { metadata: { name: "c" } });
    await post("configmaps", configMap("b", { data: {}, binaryData: { x: "AAE=" }, immutable: false }));
  });
  talk("Secret", async ({ post }) => {
    await post("secrets", { metadata: { name: "s" } });
    await post("secrets", { metadata: { name: "t" }, stringData: { a: "b", c: "d" }, data: { a: "eA==", e: "" } });
    const registry = { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") };
    await post("secrets", { metadata: { name: "u" }, type: "kubernetes.io/dockerconfigjson", data: registry });
  });
  talk("ServiceAccount", async ({ post }) => {
    await post("serviceaccounts", {
      metadata: { name: "a" },
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: "s" }],
    });
  });
  talk("Service", async ({ post }) => {
    await post("services", service("s"));
    await post("services", { metadata: { name: "t" }, spec: { ports: [{ port: 80 }] } });
  });
  talk("Service: headless, by name, with affinity", async ({ post }) => {
    await post("services", service("s", { clusterIP: "None" }));
    await post("services", { metadata: { name: "t" }, spec: { type: "ExternalName", externalName: "example.com" } });
    await post("services", service("u", { sessionAffinity: "ClientIP", ports: [{ port: 53, protocol: "UDP" }] }));
  });
  talk("Deployment of the least", async ({ post }) => {
    await post("deployments", deployment("d"));
  });
  talk("Deployment with all that the renderer writes", async ({ post }) => {
    const probe = { httpGet: { path: "/ready", port: "http" }, initialDelaySeconds: 0 };
    await post(
      "deployments",
      deployment(
        "d",
        { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, progressDeadlineSeconds: 60 },
        {
          ports: [{ name: "http", containerPort: 8080 }],
          env: [
            { name: "A", value: "" },
            { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
            { name: "C", valueFrom: { configMapKeyRef: { name: "c", key: "k", optional: true } } },
            { name: "D", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "E", valueFrom: { resourceFieldRef: { resource: "limits.memory" } } },
          ],
          envFrom: [{ configMapRef: { name: "c" } }, { secretRef: { name: "s" } }],
          resources: { limits: { memory: "1024Mi", cpu: 0.5 }, requests: { memory: "0.5Gi", cpu: "100m" } },
          readinessProbe: probe,
          livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 3 },
          startupProbe: { exec: { command: ["true"] }, failureThreshold: 30 },
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            readOnlyRootFilesystem: true,
          },
          volumeMounts: [
            { name: "tmp", mountPath: "/tmp" },
            { name: "config", mountPath: "/config", readOnly: false },
          ],
        },
      ),
    );
  });
  talk("Deployment with volumes, init containers and pod settings", async ({ post }) => {
    await post(
      "deployments",
      deployment("d", {
        strategy: { type: "Recreate" },
        template: {
          metadata: { labels: { app: "d" }, annotations: { a: "b" } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            serviceAccountName: "own",
            imagePullSecrets: [{ name: "s" }],
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
            terminationGracePeriodSeconds: 5,
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: "kubernetes.io/hostname",
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: { app: "d" } },
              },
            ],
            initContainers: [{ name: "init", image: "registry.invalid/init:latest" }],
            containers: [{ name: "app", image: `registry.invalid/app@sha256:${"0".repeat(64)}`, hostPort: 1 }],
            volumes: [
              { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
              { name: "config", configMap: { name: "c", items: [{ key: "k", path: "p" }] } },
              { name: "secret", secret: { secretName: "s", optional: false } },
              {
                name: "both",
                projected: {
                  sources: [
                    { configMap: { name: "c" } },
                    { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
                  ],
                },
              },
              { name: "plain" },
            ],
          },
        },
      }),
    );
  });
  talk("Job", async ({ post }) => {
    await post("jobs", job("j"), {
      show: ({ spec, metadata }) => ({
        spec,
        labels: Object(metadata).labels,
        generation: Object(metadata).generation,
      }),
    });
    await post("jobs", job("k", { completions: 3, parallelism: 2, backoffLimit: 0, ttlSecondsAfterFinished: 60 }), {
      show: ({ spec }) => spec,
    });
  });
  talk("CronJob", async ({ post }) => {
    await post("cronjobs", {
      metadata: { name: "c" },
      spec: {
        schedule: "0 3 * * *",
        suspend: true,
        jobTemplate: { spec: { template: Object(job("j")["spec"]).template } },
      },
    });
  });
  talk("PodDisruptionBudget", async ({ post }) => {
    const selector = { matchLabels: { app: "d" } };
    await post("poddisruptionbudgets", { metadata: { name: "a" }, spec: { maxUnavailable: 1, selector } });
    await post("poddisruptionbudgets", {
      metadata: { name: "b" },
      spec: { minAvailable: "50%", selector, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    });
  });
  talk("Pod", async ({ post }) => {
    await post("pods", pendingPod("p", { automountServiceAccountToken: false }));
    await post(
      "pods",
      pendingPod("q", {
        automountServiceAccountToken: false,
        containers: [{ name: "a", image: "registry.invalid/a", resources: { limits: { memory: "1Gi" } } }],
      }),
      {
        show: ({ spec, status }) => ({ resources: Object(spec).containers[0].resources, status }),
      },
    );
  });
  talk("Namespace", async ({ get }) => {
    await get("/api/v1/namespaces/default", {
      show: ({ spec, status, metadata }) => ({ spec, status, labels: Object(metadata).labels }),
    });
  });
  talk("Lease and EndpointSlice", async ({ post }) => {
    await post("leases", {
      metadata: { name: "l" },
      spec: { holderIdentity: "", leaseDurationSeconds: 1, renewTime: "2026-01-02T03:04:05.000006Z" },
    });
    await post("endpointslices", {
      metadata: { name: "e" },
      addressType: "IPv4",
      endpoints: [{ addresses: ["192.0.2.1"], conditions: { ready: true } }, { addresses: ["192.0.2.2"] }],
      ports: [{ port: 80 }, { name: "http", port: 81, protocol: "TCP", appProtocol: "http" }],
    });
  });
}
