import { type JsonObject, objectsAt, stringsAt } from "../json.ts";
import { addQuantities, compareQuantities } from "../schema/quantity.ts";

/** Quantities by the name of a resource. */
export type Quantities = Readonly<Record<string, string>>;

/**
 * What a pod asks for in all: the sum of its containers and of its sidecars, or more when an init container needs more
 * (k8s.io/component-helpers/resource, `PodRequests`).
 */
export function podResources(pod: JsonObject, list: "requests" | "limits"): Quantities {
  let total = objectsAt(pod, "spec", "containers").reduce(
    (sum: Quantities, container) => added(sum, stringsAt(container, "resources", list)),
    {},
  );
  let sidecars: Quantities = {};
  let greatest: Quantities = {};
  for (const container of objectsAt(pod, "spec", "initContainers")) {
    const own = stringsAt(container, "resources", list);
    const together = added(sidecars, own);
    if (container["restartPolicy"] === "Always") {
      total = added(total, own);
      sidecars = together;
    }
    greatest = larger(greatest, together);
  }
  return larger(total, greatest);
}

/** The sums of two lists. */
export function added(a: Quantities, b: Quantities): Quantities {
  const sum: Record<string, string> = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = addQuantities(sum[name] ?? "0", value);
  return sum;
}

function larger(a: Quantities, b: Quantities): Quantities {
  const result: Record<string, string> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const own = result[name];
    if (own === undefined || compareQuantities(value, own) > 0) result[name] = value;
  }
  return result;
}
