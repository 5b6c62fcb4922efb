import { type ClusterFacts, namespaceOf, type ReleaseInputs, render, type Sha256 } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { type ProfileSettings, parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";

export interface RenderPlace {
  readonly environment: string;
  readonly profile: ProfileSettings;
  readonly sha256: Sha256;
  readonly extras: readonly KubernetesObject[];
}

export type RenderedService =
  | { readonly ok: true; readonly spec: ServiceSpec; readonly objects: readonly KubernetesObject[] }
  | { readonly ok: false; readonly reason: string };

const cluster = "kubernetes";

/** What Fairway would render of an app.toml in a Kubernetes cluster, slot-neutral; or why it cannot. */
export function renderService(appToml: string, place: RenderPlace): RenderedService {
  const parsed = parseAppToml(appToml);
  if (!parsed.ok) return { ok: false, reason: parsed.issues[0]?.message ?? "the app.toml is not valid" };
  const spec = specFor(parsed.value, place.environment);
  const facts: ClusterFacts = {
    name: cluster,
    addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
    image: spec.build.image ?? `snapshot.fairway.dev/${spec.name}@sha256:${"0".repeat(64)}`,
    pullSecret: false,
    lead: true,
    profile: place.profile,
  };
  const inputs: ReleaseInputs = {
    environment: place.environment,
    spec,
    namespace: namespaceOf(place.profile.namespace, spec.name, place.environment),
    clusters: [facts],
    numbers: {},
    namespaces: {},
    extras: place.extras,
  };
  try {
    return { ok: true, spec, objects: render(inputs, place.sha256)[cluster] ?? [] };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
