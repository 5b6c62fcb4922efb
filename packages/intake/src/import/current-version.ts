import type { KubernetesObject } from "@fairway/objects";
import { at, fieldsAt, isFields, listAt, numberAt, textAt } from "./json-fields.ts";

/** API groups in which a kind has lain, and where it lies today (Kubernetes "Deprecated API Migration Guide"). */
const today: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  DaemonSet: "apps/v1",
  StatefulSet: "apps/v1",
  ReplicaSet: "apps/v1",
  Ingress: "networking.k8s.io/v1",
  NetworkPolicy: "networking.k8s.io/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  PodDisruptionBudget: "policy/v1",
  CronJob: "batch/v1",
  Job: "batch/v1",
  HTTPRoute: "gateway.networking.k8s.io/v1",
};

const groups = /^(extensions|apps|networking\.k8s\.io|autoscaling|policy|batch|gateway\.networking\.k8s\.io)\//;

/** An object in the form that its kind has today; of another kind, or of a stranger's group, as it is. */
export function inCurrentVersion(object: KubernetesObject): KubernetesObject {
  const apiVersion = today[object.kind];
  if (apiVersion === undefined || object.apiVersion === apiVersion || !groups.test(object.apiVersion)) return object;
  const spec = fieldsAt(object, "spec");
  if (object.kind === "Ingress") return { ...object, apiVersion, spec: ingressSpec(spec) };
  if (object.kind === "HorizontalPodAutoscaler") return { ...object, apiVersion, spec: autoscalerSpec(spec) };
  return { ...object, apiVersion };
}

/** `serviceName` and `servicePort` became `service`. */
function ingressSpec(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const backend = (old: unknown): unknown => {
    const name = textAt(old, "serviceName");
    const port = at(old, "servicePort");
    if (name === undefined) return old;
    return { service: { name, port: typeof port === "number" ? { number: port } : { name: port } } };
  };
  const { backend: defaultBackend, ...rest } = spec;
  return {
    ...rest,
    ...(defaultBackend === undefined ? {} : { defaultBackend: backend(defaultBackend) }),
    rules: listAt(spec, "rules").map((rule) => ({
      ...fieldsAt(rule),
      http: {
        paths: listAt(rule, "http", "paths").map((path) => ({
          pathType: "ImplementationSpecific",
          ...fieldsAt(path),
          backend: backend(at(path, "backend")),
        })),
      },
    })),
  };
}

/** `targetCPUUtilizationPercentage` (v1) and `targetAverageUtilization` (v2beta1) became a `target`. */
function autoscalerSpec(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { targetCPUUtilizationPercentage: _old, ...rest } = spec;
  const cpu = numberAt(spec, "targetCPUUtilizationPercentage");
  const metrics = listAt(spec, "metrics").map((metric) => {
    const old = numberAt(metric, "resource", "targetAverageUtilization");
    if (!isFields(metric) || old === undefined) return metric;
    const target = { type: "Utilization", averageUtilization: old };
    return { type: "Resource", resource: { name: at(metric, "resource", "name"), target } };
  });
  const first = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpu } },
  };
  return { ...rest, metrics: cpu === undefined ? metrics : [first] };
}
