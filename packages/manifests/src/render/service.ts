import type { Service } from "@fairway/objects";
import { numberAnnotation, serviceLabel } from "../labels.ts";
import { metadata, type Place } from "./place.ts";

/** The stable address of a service in its cluster; which slot it leads to is set by `placeInSlot`. */
export function service(place: Place): Service {
  const { spec, numbers } = place.inputs;
  const number = Object.hasOwn(numbers, spec.name) ? numbers[spec.name] : undefined;
  const meta = metadata(place, spec.name);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: number === undefined ? meta : { ...meta, annotations: { [numberAnnotation]: String(number) } },
    spec: {
      type: "ClusterIP",
      selector: { [serviceLabel]: spec.name },
      ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
    },
  };
}
