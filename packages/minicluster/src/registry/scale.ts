import { childOf, type JsonObject, numberAt, objectAt, stringsAt, textAt } from "../json.ts";
import { badRequest, invalid } from "../status.ts";
import { invalidValue } from "./causes.ts";

/** The `Scale` (autoscaling/v1) of a Deployment or ReplicaSet. */
export function scaleOf(object: JsonObject): JsonObject {
  const metadata: JsonObject = {};
  for (const field of ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]) {
    const value = textAt(object, "metadata", field);
    if (value !== "") metadata[field] = value;
  }
  const selector = Object.entries(stringsAt(object, "spec", "selector", "matchLabels"))
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata,
    // None are written as nothing.
    spec:
      (numberAt(object, "spec", "replicas") ?? 0) === 0 ? {} : { replicas: numberAt(object, "spec", "replicas") ?? 0 },
    status: { replicas: numberAt(object, "status", "replicas") ?? 0, selector },
  };
}

/** The object with the number of replicas, and the preconditions, that a `Scale` asks for. */
export function withReplicas(object: JsonObject, scale: JsonObject): JsonObject {
  const given = textAt(scale, "kind");
  if (given !== "" && given !== "Scale") {
    throw badRequest(`${given} in version ${JSON.stringify(textAt(scale, "apiVersion"))} cannot be handled as a Scale`);
  }
  const name = textAt(scale, "metadata", "name");
  const own = textAt(object, "metadata", "name");
  if (name !== "" && name !== own) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${own})`);
  }
  const wanted = objectAt(scale, "spec")?.["replicas"] ?? 0;
  if (typeof wanted !== "number") {
    const detail = `json: cannot unmarshal ${typeof wanted} into Go struct field ScaleSpec.spec.replicas of type int32`;
    throw invalid({ group: "", kind: "" }, "", [invalidValue("patch", "", detail)]);
  }
  const replicas = wanted;
  if (replicas < 0 || !Number.isInteger(replicas)) {
    const causes = [invalidValue("spec.replicas", replicas, "must be greater than or equal to 0")];
    throw invalid({ group: "autoscaling", kind: "Scale" }, textAt(object, "metadata", "name"), causes);
  }
  const metadata = childOf(object, "metadata");
  const version = textAt(scale, "metadata", "resourceVersion");
  const uid = textAt(scale, "metadata", "uid");
  if (version !== "") metadata["resourceVersion"] = version;
  if (uid !== "") metadata["uid"] = uid;
  if (objectAt(object, "spec") !== undefined) childOf(object, "spec")["replicas"] = replicas;
  return object;
}
