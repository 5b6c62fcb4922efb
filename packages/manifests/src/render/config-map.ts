import type { ConfigMap } from "@fairway/objects";
import { metadata, type Place } from "./place.ts";

/** The variables of a service's containers. Immutable: other ones are another object. */
export function configMap(place: Place): readonly ConfigMap[] {
  const { name, data } = place.variables;
  return [{ apiVersion: "v1", kind: "ConfigMap", metadata: metadata(place, name), immutable: true, data }];
}
