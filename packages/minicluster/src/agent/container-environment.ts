import type { Container, EnvVar, KubernetesObject, Pod } from "@fairway/objects";
import type { Key } from "../objects-api.ts";
import { fieldValue, resourceValue } from "./downward-values.ts";

export type ContainerEnvironment =
  | { readonly ok: true; readonly env: Readonly<Record<string, string>> }
  /** In the kubelet's words, for example `configmap "web-1234567890" not found`. */
  | { readonly ok: false; readonly message: string };

/** What a container's `env` and `envFrom` come to. Later entries win over earlier ones, `env` over `envFrom`. */
export function containerEnvironment(
  pod: Pod,
  container: Container,
  get: (key: Key) => KubernetesObject | undefined,
): ContainerEnvironment {
  const env: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    const reference = source.configMapRef ?? source.secretRef;
    if (!reference) continue;
    const kind = source.configMapRef ? "configmap" : "secret";
    const data = valuesOf(kind, reference.name ?? "");
    if (!data) {
      if (reference.optional === true) continue;
      return { ok: false, message: `${kind} "${reference.name ?? ""}" not found` };
    }
    for (const [name, value] of Object.entries(data)) env[`${source.prefix ?? ""}${name}`] = value;
  }
  for (const variable of container.env ?? []) {
    const found = variableValue(variable);
    if (typeof found === "object") return { ok: false, message: found.missing };
    if (found !== undefined) env[variable.name] = found;
  }
  return { ok: true, env };

  function variableValue({ value, valueFrom }: EnvVar): string | { readonly missing: string } | undefined {
    if (valueFrom?.fieldRef) return fieldValue(pod, valueFrom.fieldRef.fieldPath);
    if (valueFrom?.resourceFieldRef) return resourceValue(pod, valueFrom.resourceFieldRef, container, get);
    const reference = valueFrom?.configMapKeyRef ?? valueFrom?.secretKeyRef;
    if (!reference) return expandVariables(value ?? "", env);
    const kind = valueFrom?.configMapKeyRef ? "configmap" : "secret";
    const name = reference.name ?? "";
    const data = valuesOf(kind, name);
    const found = data !== undefined && Object.hasOwn(data, reference.key) ? data[reference.key] : undefined;
    if (found !== undefined) return found;
    if (reference.optional === true) return undefined;
    if (!data) return { missing: `${kind} "${name}" not found` };
    const where = `${kind === "configmap" ? "ConfigMap" : "Secret"} ${pod.metadata.namespace ?? ""}/${name}`;
    return { missing: `couldn't find key ${reference.key} in ${where}` };
  }

  function valuesOf(kind: "configmap" | "secret", name: string): Readonly<Record<string, string>> | undefined {
    const { namespace } = pod.metadata;
    const object = get({ resource: `${kind}s`, name, ...(namespace === undefined ? {} : { namespace }) });
    if (!object) return undefined;
    const values: Record<string, string> = {};
    for (const [key, value] of Object.entries(recordOf(object["data"]))) {
      values[key] = kind === "secret" ? Buffer.from(value, "base64").toString() : value;
    }
    return values;
  }
}

/** `$(NAME)` of what is known; unknown names stay as they are, `$$(NAME)` is not expanded (Kubernetes `third_party/forked/golang/expansion`). */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, inner: string, name: string | undefined) => {
    if (inner === "$") return "$";
    return name !== undefined && Object.hasOwn(env, name) ? (env[name] ?? "") : whole;
  });
}

function recordOf(value: unknown): Readonly<Record<string, string>> {
  const strings: Record<string, string> = {};
  if (typeof value !== "object" || value === null) return strings;
  for (const [key, entry] of Object.entries(value)) if (typeof entry === "string") strings[key] = entry;
  return strings;
}
