import type { KubernetesObject } from "@fairway/objects";
import type { ProfileSettings, ServiceSpec } from "@fairway/spec";
import { platformDependencies } from "./dependencies.ts";
import { placeInSlot } from "./place-in-slot.ts";
import type { ReleaseInputs } from "./release-inputs.ts";
import { releaseName, type Sha256 } from "./release-name.ts";
import { namespaceOf, render } from "./render/render.ts";

/** A cluster of which nothing is known but that it is Kubernetes. */
const cluster = "kubernetes";
const addressTemplate = "http://{service}.{namespace}.svc.cluster.local";
/** Nothing was built: the digest is left open. */
const openDigest = `sha256:${"0".repeat(64)}`;

/** Release inputs of a service in some Kubernetes cluster: addresses are names, the image's digest is open. */
export function anywhereInputs({
  environment,
  spec,
  extras,
  profile,
}: {
  readonly environment: string;
  readonly spec: ServiceSpec;
  readonly extras: readonly KubernetesObject[];
  readonly profile: ProfileSettings;
}): ReleaseInputs {
  const namespace = (service: string) => namespaceOf(profile.namespace, service, environment);
  return {
    environment,
    spec,
    namespace: namespace(spec.name),
    clusters: [
      {
        name: cluster,
        addressTemplate,
        image: spec.build.image ?? `snapshot.fairway.dev/${spec.name}@${openDigest}`,
        pullSecret: false,
        lead: true,
        // Rules say whether a release may be, not what it is.
        profile: { ...profile, rules: [] },
      },
    ],
    numbers: {},
    namespaces: Object.fromEntries(platformDependencies(spec).map(({ name }) => [name, namespace(name)])),
    extras,
  };
}

/**
 * The objects of `anywhereInputs`, ready to apply: what `fairway render` prints and `POST /v1/render` answers, through
 * `formatDocuments`. Throws what `render` throws.
 */
export function renderAnywhere(inputs: ReleaseInputs, sha256: Sha256): readonly KubernetesObject[] {
  return placeInSlot(render(inputs, sha256)[cluster] ?? [], "a", releaseName(inputs, sha256));
}
