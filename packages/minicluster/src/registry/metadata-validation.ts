import { at, type Json, type JsonObject, listAt, objectsAt, stringsAt, textAt } from "../json.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField, invalidValue, required, tooLong } from "./causes.ts";
import type { Kind } from "./kind.ts";
import { labelKeyProblems, labelValueProblems, objectNameProblems, qualifiedNameProblems } from "./names.ts";

/** Bytes that all annotations of an object may have together. */
const annotationLimit = 256 * 1024;

/** What clients give beside the name. */
const parts = ["labels", "annotations", "finalizers", "ownerReferences"];

/** What nobody changes. */
const fixedParts = ["uid", "creationTimestamp", "deletionTimestamp"];

const standardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"];

/**
 * Rules of `metadata` that hold for every kind.
 *
 * @param current What is stored, which holds them: its own parts are not looked at again.
 */
export function metadataCauses(kind: Kind, object: JsonObject, current?: JsonObject): StatusCause[] {
  if (current !== undefined && hasSameParts(object["metadata"], current["metadata"])) return [];
  const causes: StatusCause[] = [];
  const name = textAt(object, "metadata", "name");
  if (name === "") causes.push(required("metadata.name", "name or generateName is required"));
  else
    causes.push(
      ...objectNameProblems(kind.nameProblems(name)).map((problem) => invalidValue("metadata.name", name, problem)),
    );
  for (const [key, value] of Object.entries(stringsAt(object, "metadata", "labels"))) {
    causes.push(...labelKeyProblems(key).map((problem) => invalidValue("metadata.labels", key, problem)));
    causes.push(...labelValueProblems(value).map((problem) => invalidValue("metadata.labels", value, problem)));
  }
  let size = 0;
  for (const [key, value] of Object.entries(stringsAt(object, "metadata", "annotations"))) {
    const problems = qualifiedNameProblems(key.toLowerCase());
    causes.push(...problems.map((problem) => invalidValue("metadata.annotations", key, problem)));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > annotationLimit) causes.push(tooLong("metadata.annotations", annotationLimit));
  for (const [index, finalizer] of listAt(object, "metadata", "finalizers").entries()) {
    if (typeof finalizer !== "string") continue;
    const problems = qualifiedNameProblems(finalizer);
    causes.push(...problems.map((problem) => invalidValue("metadata.finalizers", finalizer, problem)));
    if (!finalizer.includes("/") && !standardFinalizers.includes(finalizer)) {
      const detail = "name is neither a standard finalizer name nor is it fully qualified";
      causes.push(invalidValue(`metadata.finalizers[${index}]`, finalizer, detail));
    }
  }
  causes.push(...ownerCauses(object));
  return causes;
}

function hasSameParts(metadata: Json | undefined, current: Json | undefined): boolean {
  return parts.every((part) => at(metadata, part) === at(current, part));
}

/** Rules of `metadata.ownerReferences` (k8s.io/apimachinery/pkg/api/validation). */
function ownerCauses(object: JsonObject): StatusCause[] {
  const causes: StatusCause[] = [];
  const owners = objectsAt(object, "metadata", "ownerReferences");
  let controller = "";
  for (const owner of owners) {
    for (const field of ["apiVersion", "kind", "name", "uid"]) {
      if (textAt(owner, field) !== "") continue;
      const detail = field === "apiVersion" ? "version must not be empty" : "must not be empty";
      causes.push(invalidValue(`metadata.ownerReferences.${field}`, "", detail));
    }
    if (owner["controller"] !== true) continue;
    const name = `${textAt(owner, "kind")}/${textAt(owner, "name")}`;
    if (controller !== "") {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      causes.push(invalidValue("metadata.ownerReferences", [...owners], detail));
    } else controller = name;
  }
  return causes;
}

/** Rules of a change of `metadata`. */
export function metadataUpdateCauses(object: JsonObject, previous: JsonObject): StatusCause[] {
  const causes: StatusCause[] = [];
  const before = listAt(previous, "metadata", "finalizers");
  const added =
    textAt(previous, "metadata", "deletionTimestamp") === ""
      ? []
      : listAt(object, "metadata", "finalizers").filter((finalizer) => !before.includes(finalizer));
  if (added.length > 0) {
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(", ")}}`;
    causes.push(forbiddenField("metadata.finalizers", detail));
  }
  for (const field of fixedParts) {
    const value = object["metadata"];
    if (textAt(value, field) !== textAt(previous, "metadata", field)) {
      causes.push(invalidValue(`metadata.${field}`, textAt(value, field), "field is immutable"));
    }
  }
  // Two rules of the API server say the same, and both are told.
  return causes.length === 0 ? causes : [...causes, ...causes];
}
