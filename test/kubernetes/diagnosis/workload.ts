import type { Container, Deployment, Job, KubernetesObject, PodSpec } from "@fairway/objects";
import { release, service } from "./follow-examinations.ts";

const own = { "fairway.dev/service": service };
const labels = { ...own, "fairway.dev/release": release };

interface Parts {
  readonly container?: Partial<Container>;
  readonly pod?: Partial<PodSpec> & Readonly<Record<string, unknown>>;
  readonly deployment?: Partial<Deployment["spec"]>;
}

/** A container that runs this JavaScript. */
export function running(image: string, script: string, more: Partial<Container> = {}): Container {
  return { name: "app", image, command: ["node", "-e", script], ...more };
}

/** Answers everything with 200 on port 8080, from `after` milliseconds on. */
export function serving(after = 0): string {
  return `setTimeout(() => require("http").createServer((_, answer) => answer.end("ok")).listen(8080), ${after})`;
}

function podSpec(image: string, script: string, { container, pod }: Parts): PodSpec {
  return { terminationGracePeriodSeconds: 1, ...pod, containers: [running(image, script, container)] };
}

export function deployment(namespace: string, image: string, script: string, parts: Parts = {}): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: service, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: own },
      template: { metadata: { labels }, spec: podSpec(image, script, parts) },
      ...parts.deployment,
    },
  };
}

export function statefulSet(namespace: string, image: string): KubernetesObject {
  const { spec, metadata } = deployment(namespace, image, serving());
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec: { serviceName: service, ...spec } };
}

export function job(namespace: string, image: string, script: string, more: Partial<Job["spec"]> & Parts = {}): Job {
  const { container, pod, deployment: _, ...spec } = more;
  const parts = { ...(container === undefined ? {} : { container }), pod: { ...pod, restartPolicy: "Never" as const } };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: service, namespace, labels: own },
    spec: { backoffLimit: 0, ...spec, template: { metadata: { labels: own }, spec: podSpec(image, script, parts) } },
  };
}

/** An object of a kind that has no type here. */
export function other(
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string | undefined,
  fields: Readonly<Record<string, unknown>>,
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...fields };
}

/** Where rules of the whole cluster hold in one namespace only. */
export function onlyIn(namespace: string) {
  return { matchLabels: { "kubernetes.io/metadata.name": namespace } };
}
