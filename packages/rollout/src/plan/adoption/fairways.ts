import { managedByLabel, manager } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";

/** Whether Fairway manages an object, of whichever service. */
export function isFairways({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[managedByLabel] === manager;
}
