import type { Service } from "@fairway/objects";
import { numberAnnotation, serviceLabel } from "../labels.ts";
import { metadata, type Place } from "./place.ts";

/** Port of every Service, whatever its pods listen on. */
export const servicePort = 80;

/** The stable address of a service in its cluster; which slot it leads to is set by `placeInSlot`. */
export function service(place: Place): readonly Service[] {
  const { spec, numbers } = place.inputs;
  const number = Object.hasOwn(numbers, spec.name) ? numbers[spec.name] : undefined;
  const annotations = number === undefined ? {} : { [numberAnnotation]: String(number) };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata(place, spec.name, { annotations }),
      spec: {
        type: "ClusterIP",
        selector: { [serviceLabel]: spec.name },
        ports: [{ name: "http", port: servicePort, targetPort: "http", protocol: "TCP" }],
      },
    },
  ];
}
