import { at, equalJson, isObject, type JsonObject } from "../json.ts";

/** Whether the labels and all that is neither metadata nor status are the stored ones themselves, as in what controllers write. */
export function hasSameContent(object: JsonObject, current: JsonObject): boolean {
  if (at(object, "metadata", "labels") !== at(current, "metadata", "labels")) return false;
  const isContent = (field: string): boolean => field !== "metadata" && field !== "status";
  return (
    Object.keys(object).every((field) => !isContent(field) || object[field] === current[field]) &&
    Object.keys(current).every((field) => !isContent(field) || field in object)
  );
}

/** Whether what is asked for is another: the spec, or where there is none all but the metadata. */
export function desiredChanged(object: JsonObject, current: JsonObject): boolean {
  if (isObject(object["spec"]) || isObject(current["spec"])) return !equalJson(object["spec"], current["spec"]);
  const content = ({ metadata: _, ...rest }: JsonObject) => rest;
  return !equalJson(content(object), content(current));
}
