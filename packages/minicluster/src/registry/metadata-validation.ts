import { equalJson, type JsonObject, listAt, objectsAt, stringsAt, textAt } from "../json.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField, invalidValue, required, tooLong } from "./causes.ts";
import type { Kind } from "./kind.ts";
import { labelValueProblems, qualifiedNameProblems } from "./names.ts";

/** Bytes that all annotations of an object may have together. */
const annotationLimit = 256 * 1024;

/** Rules of `metadata` that hold for every kind. */
export function metadataCauses(kind: Kind, object: JsonObject): StatusCause[] {
  const causes: StatusCause[] = [];
  const name = textAt(object, "metadata", "name");
  if (name === "") causes.push(required("metadata.name", "name or generateName is required"));
  else causes.push(...kind.nameProblems(name).map((problem) => invalidValue("metadata.name", name, problem)));
  for (const [key, value] of Object.entries(stringsAt(object, "metadata", "labels"))) {
    causes.push(...qualifiedNameProblems(key).map((problem) => invalidValue("metadata.labels", key, problem)));
    causes.push(...labelValueProblems(value).map((problem) => invalidValue("metadata.labels", value, problem)));
  }
  let size = 0;
  for (const [key, value] of Object.entries(stringsAt(object, "metadata", "annotations"))) {
    const problems = qualifiedNameProblems(key.toLowerCase());
    causes.push(...problems.map((problem) => invalidValue("metadata.annotations", key, problem)));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > annotationLimit) causes.push(tooLong("metadata.annotations", annotationLimit));
  for (const finalizer of listAt(object, "metadata", "finalizers")) {
    if (typeof finalizer !== "string") continue;
    const problems = qualifiedNameProblems(finalizer);
    causes.push(...problems.map((problem) => invalidValue("metadata.finalizers", finalizer, problem)));
  }
  let controllers = 0;
  for (const [index, owner] of objectsAt(object, "metadata", "ownerReferences").entries()) {
    for (const field of ["apiVersion", "kind", "name", "uid"]) {
      if (textAt(owner, field) === "") {
        causes.push(invalidValue(`metadata.ownerReferences[${index}].${field}`, "", `${field} must not be empty`));
      }
    }
    if (owner["controller"] === true) controllers += 1;
  }
  if (controllers > 1) {
    const detail = "Only one reference can have Controller set to true";
    causes.push(invalidValue("metadata.ownerReferences", null, detail));
  }
  return causes;
}

/** Rules of a change of `metadata`. */
export function metadataUpdateCauses(object: JsonObject, previous: JsonObject): StatusCause[] {
  const causes: StatusCause[] = [];
  const before = listAt(previous, "metadata", "finalizers");
  const added = listAt(object, "metadata", "finalizers").filter((finalizer) => !before.includes(finalizer));
  if (textAt(previous, "metadata", "deletionTimestamp") !== "" && added.length > 0) {
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
    causes.push(forbiddenField("metadata.finalizers", detail));
  }
  for (const field of ["uid", "creationTimestamp", "deletionTimestamp"]) {
    const value = object["metadata"];
    if (!equalJson(textAt(value, field), textAt(previous, "metadata", field))) {
      causes.push(invalidValue(`metadata.${field}`, textAt(value, field), "field is immutable"));
    }
  }
  return causes;
}
