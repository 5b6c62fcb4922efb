import type { KubernetesObject } from "@fairway/objects";

/**
 * Where people outside of the cluster reach what is behind an object: `shop.example.com`, `shop.example.com/api`. Only
 * Ingresses and HTTPRoutes have such addresses.
 */
export function publicAddresses(object: KubernetesObject): readonly string[] {
  const spec = object["spec"];
  if (object.kind === "Ingress") {
    return list(spec, "rules").flatMap((rule) => {
      const paths = list(at(rule, "http"), "paths").map((path) => at(path, "path"));
      return addresses([at(rule, "host")], paths);
    });
  }
  if (object.kind === "HTTPRoute") {
    const matches = list(spec, "rules").flatMap((rule) => list(rule, "matches"));
    const paths = matches.map((match) => at(at(match, "path"), "value"));
    return addresses(list(spec, "hostnames"), paths);
  }
  return [];
}

/** A host without paths, or with `/`, is reached everywhere below it. */
function addresses(hosts: readonly unknown[], paths: readonly unknown[]): readonly string[] {
  const below = paths.length === 0 ? ["/"] : paths;
  return hosts
    .filter((host) => typeof host === "string")
    .flatMap((host) => below.map((path) => (typeof path === "string" && path !== "/" ? `${host}${path}` : host)));
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = at(value, name);
  return Array.isArray(found) ? found : [];
}

function at(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
