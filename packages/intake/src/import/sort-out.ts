import type { KubernetesObject } from "@fairway/objects";
import { inCurrentVersion } from "./current-version.ts";
import { at, listAt, textAt, textsAt } from "./json-fields.ts";
import type { SourceObject } from "./read-objects.ts";

/** What an import works on, and what it leaves aside. */
export interface SortedOut {
  readonly objects: readonly SourceObject[];
  /** Jobs that run before a release: hooks of Helm (`pre-install`, `pre-upgrade`) and Argo CD (`PreSync`). */
  readonly migrations: readonly SourceObject[];
  /** What is not imported, and why; noise of the cluster is not even mentioned. */
  readonly left: readonly { readonly source: SourceObject; readonly reason: string }[];
}

const made = /^(Endpoints|EndpointSlice|Event|ControllerRevision|Lease|PodMetrics|NodeMetrics)$/;

/** Drops what a cluster made by itself, brings old versions up to date, and takes hooks out. */
export function sortOut(sources: readonly SourceObject[]): SortedOut {
  const objects: SourceObject[] = [];
  const migrations: SourceObject[] = [];
  const left: { source: SourceObject; reason: string }[] = [];
  for (const found of sources) {
    if (isNoise(found.object)) continue;
    const source = { ...found, object: cleaned(inCurrentVersion(found.object)) };
    const hooks = hooksOf(found.object);
    const { kind } = found.object;
    if (kind === "CustomResourceDefinition") {
      left.push({
        source,
        reason: "kinds of objects belong to the platform: its owner installs them once per cluster",
      });
    } else if (kind === "Namespace") {
      left.push({ source, reason: "every service gets a namespace of its own" });
    } else if (hooks.length === 0) objects.push(source);
    else if (hooks.some((hook) => /^(pre-install|pre-upgrade|PreSync)$/.test(hook)) && /^(Job|Pod)$/.test(kind)) {
      migrations.push(source);
    } else if (hooks.some((hook) => /^(pre-install|pre-upgrade|PreSync|Sync)$/.test(hook))) {
      objects.push(source);
    } else if (hooks.some((hook) => /^test/.test(hook))) {
      left.push({ source, reason: "a test of the chart; nothing of the service" });
    } else {
      left.push({
        source,
        reason: `a hook (${hooks.join(", ")}), which Fairway has not: what must run before a release stands in [migrations]`,
      });
    }
  }
  return { objects, migrations, left };
}

/** What controllers and the API server made, which comes again by itself. */
function isNoise(object: KubernetesObject): boolean {
  const { kind, metadata } = object;
  const owner = listAt(metadata, "ownerReferences").find((one) => at(one, "controller") === true);
  // Operators own objects too; those of their kinds that we know lead to objects of the team.
  if (
    owner !== undefined &&
    /^(ReplicaSet|Deployment|StatefulSet|DaemonSet|Job|CronJob|Rollout|Node|Service|ReplicationController)$/.test(
      textAt(owner, "kind") ?? "",
    )
  )
    return true;
  if (made.test(kind)) return true;
  if (kind === "ConfigMap")
    return /^(kube-root-ca\.crt|istio-ca-root-cert|openshift-service-ca\.crt)$/.test(metadata.name);
  if (kind === "ServiceAccount") return metadata.name === "default";
  const type = textAt(object, "type") ?? "";
  return kind === "Secret" && (type === "kubernetes.io/service-account-token" || type.startsWith("helm.sh/release"));
}

/** Fields and annotations that the API server, controllers and tools keep for themselves. */
export const toolAnnotation =
  /^(kubectl\.kubernetes\.io\/|deployment\.kubernetes\.io\/|meta\.helm\.sh\/|helm\.sh\/|autoscaling\.alpha\.kubernetes\.io\/|control-plane\.alpha\.kubernetes\.io\/|(argocd|notifications|rollout)\.argoproj\.io\/|kustomize\.toolkit\.fluxcd\.io\/|config\.kubernetes\.io\/|internal\.config\.kubernetes\.io\/|checksum\/|rollme$|field\.cattle\.io\/|objectset\.rio\.cattle\.io\/|pv\.kubernetes\.io\/|batch\.kubernetes\.io\/|openshift\.io\/generated-by|cloud\.google\.com\/neg-status)/;

function cleaned(object: KubernetesObject): KubernetesObject {
  const { status: _status, metadata, ...rest } = object;
  const annotations = Object.entries(textsAt(metadata, "annotations")).filter(([key]) => !toolAnnotation.test(key));
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    },
  };
}

function hooksOf(object: KubernetesObject): readonly string[] {
  const { annotations = {} } = object.metadata;
  const named = `${annotations["helm.sh/hook"] ?? ""},${annotations["argocd.argoproj.io/hook"] ?? ""}`;
  return named.split(",").flatMap((hook) => (hook.trim() === "" ? [] : [hook.trim()]));
}
