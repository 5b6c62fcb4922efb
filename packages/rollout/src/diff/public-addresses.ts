import { type KubernetesObject, publicAddressesOf } from "@fairway/objects";

/** Where people outside of the cluster reach what is behind an object, in one word: `shop.example.com`, `shop.example.com/api`. */
export function publicAddresses(object: KubernetesObject): readonly string[] {
  return publicAddressesOf(object).map(({ host, path }) => (path === "/" ? host : `${host}${path}`));
}
