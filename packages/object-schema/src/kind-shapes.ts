import { kindSchemas } from "./generated/kind-schemas.ts";
import { isObject, type JsonObject, objectAt, textAt } from "./json.ts";
import { type Shape, shapesOf } from "./shape.ts";

let loaded: { readonly kinds: JsonObject; readonly shapeOf: (name: string) => Shape } | undefined;

/**
 * The shape of a kind that services are made of, or undefined for another. Of Kubernetes and of the Gateway API in the
 * versions that `generated/kind-schemas.ts` names.
 */
export function shapeOfKind(apiVersion: string, kind: string): Shape | undefined {
  loaded ??= load();
  const name = textAt(loaded.kinds, `${apiVersion}/${kind}`);
  return name === "" ? undefined : loaded.shapeOf(name);
}

function load(): NonNullable<typeof loaded> {
  const parsed: unknown = JSON.parse(kindSchemas);
  const file = isObject(parsed) ? parsed : {};
  return { kinds: objectAt(file, "kinds") ?? {}, shapeOf: shapesOf(objectAt(file, "schemas") ?? {}) };
}
