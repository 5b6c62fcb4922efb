import type { Container, ObjectMeta, PodSpec } from "@fairway/objects";
import { platformDependencies } from "../dependencies.ts";
import { callsLabel, netutilAnnotation } from "../labels.ts";
import type { Place } from "./place.ts";
import { podSecurity } from "./security-context.ts";

type Texts = Readonly<Record<string, string>>;

/** Metadata of the service's pods; who is called must let them in. */
export function podMetadata(
  place: Place,
  over: { readonly labels?: Texts; readonly annotations?: Texts } = {},
): Partial<ObjectMeta> {
  const { spec } = place.inputs;
  const calls = platformDependencies(spec).map(({ name }) => [callsLabel(name), "true"] as const);
  const { netutil } = spec.resources;
  const annotations = {
    ...place.annotations,
    ...over.annotations,
    ...(netutil === undefined ? {} : { [netutilAnnotation]: String(netutil) }),
  };
  return {
    labels: { ...place.labels, ...Object.fromEntries(calls), ...over.labels },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** What all pods of a service have in common. */
export function podSpec(place: Place, container: Container, own: Partial<PodSpec>): PodSpec {
  return {
    serviceAccountName: place.inputs.spec.name,
    automountServiceAccountToken: false,
    // Kubernetes would otherwise add variables of every Service in the namespace.
    enableServiceLinks: false,
    ...own,
    ...podSecurity(place.cluster.profile.security),
    containers: [container],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
}
