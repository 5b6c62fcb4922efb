import type { CauseCode, Severity } from "@fairway/diagnosis";
import type { KubernetesObject } from "@fairway/objects";
import { deployment, onlyIn, other, running, serving, statefulSet } from "./workload.ts";

export interface Place {
  readonly namespace: string;
  /** With Node. */
  readonly image: string;
  /** `host:port` of the registry that the image is in. */
  readonly registry: string;
  /** `host:port` of one that wants a password, and of one that is slow. */
  readonly closedRegistry: string;
  readonly slowRegistry: string;
  /** Webhooks by what they do: `https://...`, and who signed their certificate, base64. */
  readonly webhooks: { readonly refusing: string; readonly away: string; readonly authority: string };
}

export interface Broken {
  readonly title: string;
  readonly objects: (place: Place) => readonly KubernetesObject[];
  readonly code: CauseCode;
  /** What it comes to at least. */
  readonly severity: Severity;
  /** In the whole cause as JSON. */
  readonly says: RegExp;
  readonly doomed?: boolean;
}

const grow = 'const all = []; console.log("caching"); setInterval(() => all.push(Buffer.alloc(4e6, 1)), 5)';
const deaf = "setInterval(() => {}, 1000)";
const never = { httpGet: { path: "/", port: 8080 }, periodSeconds: 1, failureThreshold: 2 };
const memory = (limit: string) => ({ resources: { limits: { memory: limit } } });
const fromConfig = { name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "a" } } };
const fromSecret = { name: "A", valueFrom: { secretKeyRef: { name: "keys", key: "a" } } };
const mounted = (volume: Readonly<Record<string, unknown>>) => ({
  container: { volumeMounts: [{ name: "v", mountPath: "/v" }] },
  pod: { volumes: [{ name: "v", ...volume }] },
});
const claim = (namespace: string, fields: Readonly<Record<string, unknown>>) =>
  other("v1", "PersistentVolumeClaim", "data", namespace, {
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } }, ...fields },
  });

export function webhook(namespace: string, url: string, caBundle: string): KubernetesObject {
  return other("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", namespace, undefined, {
    webhooks: [
      {
        name: "rules.example.com",
        clientConfig: { url, caBundle },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        namespaceSelector: onlyIn(namespace),
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        timeoutSeconds: 2,
      },
    ],
  });
}

/** Every way to fail that a cluster shows by itself. */
export const broken: readonly Broken[] = [
  {
    title: "a program that ends with an error",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, 'console.error("Error: no DATABASE_URL"); process.exit(3)', {
        deployment: { replicas: 2 },
      }),
    ],
    code: "CrashLoop",
    severity: "fatal",
    doomed: true,
    says: /"exitCode":3,.*"restarts":2,"lastLog":\["Error: no DATABASE_URL"\].*"count":2/,
  },
  {
    title: "a program that returns",
    objects: ({ namespace, image }) => [deployment(namespace, image, "0")],
    code: "CrashLoop",
    severity: "fatal",
    says: /ends by itself right after it starts/,
  },
  {
    title: "a command that is not there",
    objects: ({ namespace, image }) => [deployment(namespace, image, "", { container: { command: ["nothing"] } })],
    code: "CrashLoop",
    severity: "fatal",
    says: /cannot be started.*executable file not found/,
  },
  {
    title: "more memory than the limit",
    objects: ({ namespace, image }) => [deployment(namespace, image, grow, { container: memory("96Mi") })],
    code: "OutOfMemory",
    severity: "fatal",
    says: /"exitCode":137.*memory limit of 96Mi/,
  },
  {
    title: "exit code 137 that is not for memory",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, 'process.kill(process.pid, "SIGKILL"); process.exit(137)'),
    ],
    code: "CrashLoop",
    severity: "fatal",
    says: /"exitCode":137.*killed by signal 9/,
  },
  {
    title: "a liveness check that fails, and a program that does not hear SIGTERM",
    objects: ({ namespace, image }) => [deployment(namespace, image, deaf, { container: { livenessProbe: never } })],
    code: "LivenessFailing",
    severity: "fatal",
    says: /"exitCode":137.*connection refused/,
  },
  {
    title: "a startup check that never passes",
    objects: ({ namespace, image }) => [deployment(namespace, image, deaf, { container: { startupProbe: never } })],
    code: "StartupFailing",
    severity: "fatal",
    says: /"exitCode":137.*connection refused/,
  },
  {
    title: "a readiness check that says no",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving().replace("answer.end", "answer.writeHead(503).end"), {
        container: { readinessProbe: never },
      }),
    ],
    code: "ReadinessFailing",
    severity: "fatal",
    doomed: true,
    says: /statuscode: 503/,
  },
  {
    title: "an init container that fails",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), {
        pod: { initContainers: [running(image, 'console.log("no schema"); process.exit(4)', { name: "before" })] },
      }),
    ],
    code: "InitFailed",
    severity: "fatal",
    doomed: true,
    says: /"container":"before".*"exitCode":4.*no schema/,
  },
  {
    title: "a sidecar that fails before the service starts",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), {
        pod: {
          initContainers: [
            running(image, "process.exit(5)", {
              name: "beside",
              restartPolicy: "Always",
              startupProbe: { ...never, failureThreshold: 60 },
            }),
          ],
        },
      }),
    ],
    code: "InitFailed",
    severity: "fatal",
    says: /sidecar beside .*exit code 5/,
  },
  {
    title: "an image that is not in the registry",
    objects: ({ namespace, registry }) => [deployment(namespace, `${registry}/team/web:1`, "")],
    code: "ImageNotFound",
    severity: "fatal",
    doomed: true,
    says: /team\/web:1: not found/,
  },
  {
    title: "an image that must not be pulled",
    objects: ({ namespace, registry }) => [
      deployment(namespace, `${registry}/team/web:2`, "", { container: { imagePullPolicy: "Never" } }),
    ],
    code: "ImageNotFound",
    severity: "fatal",
    doomed: true,
    says: /is not on the node/,
  },
  {
    title: "an image behind a password",
    objects: ({ namespace, closedRegistry }) => [deployment(namespace, `${closedRegistry}/team/web:1`, "")],
    code: "ImagePullDenied",
    severity: "fatal",
    says: /pull secret/,
  },
  {
    title: "an image name that is none",
    objects: ({ namespace, registry }) => [deployment(namespace, `${registry}/Team/web:1`, "")],
    code: "InvalidImageName",
    severity: "fatal",
    says: /must be lowercase/,
  },
  {
    title: "a registry that does not answer",
    objects: ({ namespace, registry }) => [deployment(namespace, `${registry.replace(/:\d+$/, ":9")}/team/web:1`, "")],
    code: "RegistryUnavailable",
    severity: "likely",
    says: /connection refused/,
  },
  {
    title: "a program that would run as root",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, "", { container: { securityContext: { runAsNonRoot: true, runAsUser: 0 } } }),
    ],
    code: "CreateContainerError",
    severity: "fatal",
    says: /root/,
  },
  {
    title: "a variable of a ConfigMap that is not there",
    objects: ({ namespace, image }) => [deployment(namespace, image, serving(), { container: { env: [fromConfig] } })],
    code: "ConfigMissing",
    severity: "fatal",
    doomed: true,
    says: /settings/,
  },
  {
    title: "files of a ConfigMap that is not there",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), mounted({ configMap: { name: "settings" } })),
    ],
    code: "ConfigMissing",
    severity: "fatal",
    says: /MountVolume.*settings/,
  },
  {
    title: "a variable of a Secret that lacks the key",
    objects: ({ namespace, image }) => [
      other("v1", "Secret", "keys", namespace, { data: { b: "" } }),
      deployment(namespace, image, serving(), { container: { env: [fromSecret] } }),
    ],
    code: "SecretMissing",
    severity: "fatal",
    says: /couldn't find key a/,
  },
  {
    title: "files of a Secret that is not there",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), mounted({ secret: { secretName: "keys" } })),
    ],
    code: "SecretMissing",
    severity: "fatal",
    says: /MountVolume.*keys/,
  },
  {
    title: "a volume that cannot be mounted",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), mounted({ hostPath: { path: "/nowhere", type: "Directory" } })),
    ],
    code: "MountFailed",
    severity: "likely",
    says: /hostPath type check failed/,
  },
  {
    title: "a claim that is not there",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), mounted({ persistentVolumeClaim: { claimName: "data" } })),
    ],
    code: "VolumePending",
    severity: "likely",
    says: /create the claim data/,
  },
  {
    title: "a claim that nobody can bind",
    objects: ({ namespace, image }) => [
      claim(namespace, {}),
      deployment(namespace, image, serving(), mounted({ persistentVolumeClaim: { claimName: "data" } })),
    ],
    code: "VolumePending",
    severity: "fatal",
    doomed: true,
    says: /no persistent volumes available/,
  },
  {
    title: "a claim of a storage class that is not there",
    objects: ({ namespace, image }) => [
      claim(namespace, { storageClassName: "fast" }),
      deployment(namespace, image, serving(), mounted({ persistentVolumeClaim: { claimName: "data" } })),
    ],
    code: "VolumePending",
    severity: "likely",
    says: /storageclass.* not found/,
  },
  {
    title: "more than any node has",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), { container: { resources: { requests: { cpu: "1000" } } } }),
    ],
    code: "Unschedulable",
    severity: "fatal",
    doomed: true,
    says: /Insufficient cpu/,
  },
  {
    title: "a quota without room",
    objects: ({ namespace, image }) => [
      other("v1", "ResourceQuota", "few", namespace, { spec: { hard: { pods: "0" } } }),
      deployment(namespace, image, serving()),
    ],
    code: "QuotaExceeded",
    severity: "fatal",
    doomed: true,
    says: /exceeded quota: few/,
  },
  {
    title: "a quota without room for a StatefulSet",
    objects: ({ namespace, image }) => [
      other("v1", "ResourceQuota", "few", namespace, { spec: { hard: { pods: "0" } } }),
      statefulSet(namespace, image),
    ],
    code: "QuotaExceeded",
    severity: "fatal",
    doomed: true,
    says: /StatefulSet\/web.*exceeded quota: few/,
  },
  {
    title: "a size that the namespace does not allow",
    objects: ({ namespace, image }) => [
      other("v1", "LimitRange", "sizes", namespace, {
        spec: { limits: [{ type: "Container", max: { memory: "64Mi" } }] },
      }),
      deployment(namespace, image, serving(), { container: memory("128Mi") }),
    ],
    code: "LimitRangeViolated",
    severity: "fatal",
    says: /maximum memory usage per Container is 64Mi/,
  },
  {
    title: "an account that is not there",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), { pod: { serviceAccountName: "somebody" } }),
    ],
    code: "ServiceAccountMissing",
    severity: "fatal",
    says: /somebody/,
  },
  {
    title: "a webhook that says no",
    objects: ({ namespace, image, webhooks }) => [
      webhook(namespace, webhooks.refusing, webhooks.authority),
      deployment(namespace, image, serving()),
    ],
    code: "WebhookDenied",
    severity: "fatal",
    doomed: true,
    says: /rules\.example\.com.*not on a Friday/,
  },
  {
    title: "a policy that says no",
    objects: ({ namespace, image }) => [...policy(namespace), deployment(namespace, image, serving())],
    code: "PolicyDenied",
    severity: "fatal",
    doomed: true,
    says: /ValidatingAdmissionPolicy.*not in this namespace/,
  },
  {
    title: "a Pod Security standard that says no",
    objects: ({ namespace, image }) => [
      {
        ...other("v1", "Namespace", namespace, undefined, {}),
        metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
      },
      deployment(namespace, image, serving()),
    ],
    code: "PolicyDenied",
    severity: "fatal",
    says: /restricted.*allowPrivilegeEscalation/,
  },
  {
    title: "a webhook that is away",
    objects: ({ namespace, image, webhooks }) => [
      webhook(namespace, webhooks.away, webhooks.authority),
      deployment(namespace, image, serving()),
    ],
    code: "WebhookDown",
    severity: "likely",
    says: /rules\.example\.com.*refused/,
  },
  {
    title: "a refusal for another reason",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), { pod: { priorityClassName: "urgent" } }),
    ],
    code: "FailedCreate",
    severity: "fatal",
    says: /no PriorityClass with name urgent/,
  },
  {
    title: "no progress, and nothing to see",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, serving(), {
        pod: { readinessGates: [{ conditionType: "example.com/checked" }] },
        deployment: { progressDeadlineSeconds: 8 },
      }),
    ],
    code: "DeadlineExceeded",
    severity: "likely",
    says: /has timed out progressing/,
  },
  {
    title: "no progress, for a cause that is known",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, "process.exit(6)", { deployment: { progressDeadlineSeconds: 15 } }),
    ],
    code: "CrashLoop",
    severity: "fatal",
    says: /"exitCode":6/,
  },
  {
    title: "a pod that its node gives up",
    objects: ({ namespace, image }) => [
      deployment(namespace, image, `require("fs").writeFileSync("/tmp/x", Buffer.alloc(2e7, 1)); ${deaf}`, {
        container: { resources: { limits: { "ephemeral-storage": "1Mi" } } },
      }),
    ],
    code: "Evicted",
    severity: "transient",
    says: /ephemeral/,
  },
];

function policy(namespace: string): readonly KubernetesObject[] {
  const api = "admissionregistration.k8s.io/v1";
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
  return [
    other(api, "ValidatingAdmissionPolicy", namespace, undefined, {
      spec: {
        matchConstraints: { resourceRules },
        validations: [{ expression: "false", message: "not in this namespace" }],
      },
    }),
    other(api, "ValidatingAdmissionPolicyBinding", namespace, undefined, {
      spec: {
        policyName: namespace,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: onlyIn(namespace) },
      },
    }),
  ];
}
