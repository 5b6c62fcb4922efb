import { childOf, type copyOf, type JsonObject, objectAt } from "../json.ts";
import { emptyFieldSet, type FieldSet, fieldSetOf } from "../ownership/field-set.ts";
import type { Kind } from "../registry/kind.ts";
import type { WriteContext } from "./write-context.ts";

const statusFields = fieldSetOf(["f:status"]);
const specFields = fieldSetOf(["f:spec"]);

/** Fields that nobody comes to own by a write through the subresource. */
export function resetFields(kind: Kind, subresource: WriteContext["subresource"]): FieldSet {
  if (subresource === "status") return specFields;
  return kind.subresources.includes("status") ? statusFields : emptyFieldSet;
}

/**
 * Lets only that part of the new state through which the subresource may change.
 *
 * @param taken makes of what is taken from the current state what stands in the new one
 */
export function withinSubresource(
  kind: Kind,
  object: JsonObject,
  current: JsonObject,
  subresource: WriteContext["subresource"],
  taken: typeof copyOf,
): JsonObject {
  if (subresource === "" || subresource === "scale") {
    if (kind.subresources.includes("status")) {
      const status = current["status"];
      if (status === undefined) delete object["status"];
      else object["status"] = taken(status);
    }
    return object;
  }
  const metadata = childOf(object, "metadata");
  const whole = taken(current);
  const kept = { ...objectAt(whole, "metadata") };
  const result: JsonObject = { ...whole, metadata: kept };
  if (subresource === "finalize") {
    if (object["spec"] === undefined) delete result["spec"];
    else result["spec"] = object["spec"];
  } else if (object["status"] === undefined) {
    delete result["status"];
  } else {
    result["status"] = object["status"];
  }
  // A status update may also change annotations and finalizers, of pods labels too.
  for (const field of ["annotations", "finalizers", "managedFields", ...(kind.resource === "pods" ? ["labels"] : [])]) {
    const value = metadata[field];
    if (value === undefined) delete kept[field];
    else kept[field] = value;
  }
  return result;
}
