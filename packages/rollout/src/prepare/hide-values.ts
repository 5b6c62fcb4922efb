import { isConfigMap, type KubernetesObject, type SecretHider, secretHider } from "@fairway/objects";
import { isAddressVariable } from "../diff/address-variable.ts";
import { containersOf } from "./pod-size.ts";
import { releasePods } from "./release-pods.ts";

/** Shorter values are part of many words, and say nothing; longer ones are no part of a message. */
const lengths = { shortest: 8, longest: 8 * 1024 };

/**
 * Knows what findings must not repeat, though an API, a webhook or a registry says it: the secrets of a release's
 * objects, and the values of its variables, whatever they are called.
 */
export function hiderOf(objects: readonly KubernetesObject[]): SecretHider {
  const hider = secretHider(isAddressVariable);
  for (const object of objects) hider.hide(object, object.kind);
  const variables = releasePods(objects).flatMap(({ pod }) =>
    containersOf(pod.spec).flatMap(({ env = [] }) => env.map(({ name, value }) => [name, value] as const)),
  );
  const files = objects.filter(isConfigMap).flatMap(({ data = {} }) => Object.entries(data));
  const values = [...variables, ...files].filter(
    ([name, value = ""]) =>
      value.length >= lengths.shortest && value.length <= lengths.longest && !isAddressVariable(name),
  );
  hider.hide({ data: values.map(([, value]) => value) }, "Secret");
  return hider;
}
