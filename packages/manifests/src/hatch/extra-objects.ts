import { isObject, type Json, type JsonObject, toJson } from "@fairway/object-schema";
import { type KubernetesObject, parseObject } from "@fairway/objects";
import { extraLabel } from "../labels.ts";
import type { Place } from "../render/place.ts";
import { podTemplatePaths } from "./pod-template-paths.ts";

/**
 * What a team brought, as a part of its service: in its namespace, with the labels by which it is found again, which its pods
 * have too, so that they may talk to the service.
 */
export function extraObjects(place: Place): readonly KubernetesObject[] {
  return place.inputs.extras.map((object) => extraObject(place, object));
}

function extraObject(place: Place, object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  const annotations = { ...metadata.annotations, ...place.annotations };
  const own = {
    ...object,
    metadata: {
      ...metadata,
      namespace: place.inputs.namespace,
      labels: { ...metadata.labels, ...place.labels, [extraLabel]: "true" },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
  const parsed = parseObject(
    podTemplatePaths.reduce((value, path) => labelled(value, path, place.labels), toJson(own)),
  );
  return parsed.ok ? parsed.object : own;
}

/** Labels of a pod template, if there is one here. Its own ones stay: its selector is made of them. */
function labelled(
  value: Json | undefined,
  path: readonly string[],
  labels: Readonly<Record<string, string>>,
): Json | undefined {
  if (!isObject(value)) return value;
  const [step, ...rest] = path;
  if (step !== undefined)
    return step in value ? { ...value, [step]: labelled(value[step], rest, labels) ?? null } : value;
  const metadata: JsonObject = isObject(value["metadata"]) ? value["metadata"] : {};
  const own: JsonObject = isObject(metadata["labels"]) ? metadata["labels"] : {};
  return { ...value, metadata: { ...metadata, labels: { ...labels, ...own } } };
}
