import { environmentLabel, managedByLabel, manager, serviceLabel } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { type InventoryIdentity, inventoryName } from "./inventory.ts";

/** Found where one of ours should be; it is never changed nor deleted. */
export class ForeignObject extends Error {
  readonly object: string;

  constructor(object: KubernetesObject) {
    super(`${object.kind}/${object.metadata.name} exists and does not belong to this service`);
    this.name = "ForeignObject";
    this.object = `${object.kind}/${object.metadata.name}`;
  }
}

/** The cluster was driven by a platform with a longer memory than ours: two of them fight, or our database is old. */
export class InventoryAhead extends Error {
  constructor(theirs: number, ours: number) {
    super(`this service was last driven under epoch ${theirs}, this platform is at ${ours}`);
    this.name = "InventoryAhead";
  }
}

/** On a Namespace that was there before the service: it stays when the service goes, with whatever else is in it. */
export const adoptedAnnotation = "fairway.dev/adopted";

export function isAdopted({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.[adoptedAnnotation] !== undefined;
}

/** The namespace without what makes it the service's. */
export function withoutMarks(space: KubernetesObject): KubernetesObject {
  const { labels, annotations, ...metadata } = space.metadata;
  const isSecurity = (key: string): boolean => key.startsWith("pod-security.kubernetes.io/");
  const isMark = (key: string): boolean =>
    key.startsWith("fairway.dev/") || key === managedByLabel || key === "app.kubernetes.io/name";
  const without = (of: typeof labels, drop: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([key]) => !drop(key)));
  return {
    ...space,
    metadata: {
      ...metadata,
      labels: without(labels, (key) => isMark(key) || isSecurity(key)),
      annotations: without(annotations, isMark),
    },
  };
}

/** Labels that everything of a service carries. */
export function ownLabels({ service }: Pick<InventoryIdentity, "service">): Readonly<Record<string, string>> {
  return { [managedByLabel]: manager, [serviceLabel]: service };
}

/** Whether a live object belongs to this service and environment by its labels. */
export function isOurs(object: KubernetesObject, identity: InventoryIdentity): boolean {
  const labels = object.metadata.labels ?? {};
  const environment = labels[environmentLabel];
  return (
    Object.entries(ownLabels(identity)).every(([key, value]) => labels[key] === value) &&
    (environment === undefined || environment === identity.environment)
  );
}

/** Made by a controller, or our own book-keeping. */
export function isDerived(object: KubernetesObject): boolean {
  const owned = (object.metadata.ownerReferences?.length ?? 0) > 0;
  return owned || object.metadata.name === inventoryName || object.kind === "EndpointSlice";
}
