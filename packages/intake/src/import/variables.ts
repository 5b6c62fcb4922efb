import type { ObjectGroup } from "./group-objects.ts";
import { at, type Fields, fieldsAt, listAt, textAt, textsAt } from "./json-fields.ts";

/** Where a variable of a container comes from. */
export type Origin =
  | { readonly type: "literal"; readonly value: string; readonly from: string | undefined }
  | { readonly type: "secret"; readonly secret: string; readonly key: string; readonly optional: boolean }
  /** A field of the pod, or of the container's resources. */
  | { readonly type: "field"; readonly valueFrom: Fields }
  /** The ConfigMap or the key is not among the objects. */
  | { readonly type: "unknown"; readonly from: string; readonly optional: boolean };

export interface Variables {
  readonly variables: ReadonlyMap<string, Origin>;
  /** ConfigMaps and Secrets whose keys would all be variables, and which are not among the objects. */
  readonly unseen: readonly {
    readonly kind: "ConfigMap" | "Secret";
    readonly name: string;
    readonly optional: boolean;
  }[];
}

/** The variables of a container as its process sees them: `envFrom` first, `env` over it. Secrets' values are not looked at. */
export function variablesOf(container: unknown, group: Pick<ObjectGroup, "configMaps" | "secrets">): Variables {
  const variables = new Map<string, Origin>();
  const unseen: { kind: "ConfigMap" | "Secret"; name: string; optional: boolean }[] = [];
  for (const source of listAt(container, "envFrom")) {
    const prefix = textAt(source, "prefix") ?? "";
    const configMap = textAt(source, "configMapRef", "name");
    const secret = textAt(source, "secretRef", "name");
    if (configMap !== undefined) {
      const data = configMapData(group, configMap);
      if (data === undefined)
        unseen.push({ kind: "ConfigMap", name: configMap, optional: at(source, "configMapRef", "optional") === true });
      for (const [key, value] of Object.entries(data ?? {})) {
        variables.set(prefix + key, { type: "literal", value, from: `ConfigMap ${configMap}` });
      }
    }
    if (secret !== undefined) {
      const keys = secretKeys(group, secret);
      if (keys === undefined)
        unseen.push({ kind: "Secret", name: secret, optional: at(source, "secretRef", "optional") === true });
      for (const key of keys ?? []) variables.set(prefix + key, { type: "secret", secret, key, optional: false });
    }
  }
  for (const variable of listAt(container, "env")) {
    const name = textAt(variable, "name");
    if (name !== undefined) variables.set(name, originOf(variable, group));
  }
  return { variables: expanded(variables), unseen };
}

function originOf(variable: unknown, group: Pick<ObjectGroup, "configMaps" | "secrets">): Origin {
  const from = fieldsAt(variable, "valueFrom");
  const [configMap, secret] = [fieldsAt(from, "configMapKeyRef"), fieldsAt(from, "secretKeyRef")];
  const [mapName, secretName] = [textAt(configMap, "name"), textAt(secret, "name")];
  if (mapName !== undefined) {
    const key = textAt(configMap, "key") ?? "";
    const value = configMapData(group, mapName)?.[key];
    if (value === undefined)
      return {
        type: "unknown",
        from: `ConfigMap ${mapName}, key ${key}`,
        optional: at(configMap, "optional") === true,
      };
    return { type: "literal", value, from: `ConfigMap ${mapName}` };
  }
  if (secretName !== undefined) {
    return {
      type: "secret",
      secret: secretName,
      key: textAt(secret, "key") ?? "",
      optional: at(secret, "optional") === true,
    };
  }
  if (Object.keys(from).length > 0) return { type: "field", valueFrom: from };
  const value = at(variable, "value");
  const text =
    typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  return { type: "literal", value: text, from: undefined };
}

const reference = /\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g;

/**
 * `$(OTHER)` in a value means the variable that was given before (Kubernetes, "Define dependent environment variables").
 * What refers to a secret or to a field of the pod stays as it is: only the container can put it together.
 */
function expanded(variables: ReadonlyMap<string, Origin>): ReadonlyMap<string, Origin> {
  const done = new Map<string, Origin>();
  for (const [name, origin] of variables) {
    // What a ConfigMap holds is not expanded.
    if (origin.type !== "literal" || origin.from !== undefined || !origin.value.includes("$")) {
      done.set(name, origin);
      continue;
    }
    let composed = false;
    const value = origin.value.replace(reference, (whole, other: string | undefined) => {
      if (other === undefined) return "$";
      const known = done.get(other);
      if (known?.type === "literal") return known.value;
      if (known !== undefined) composed = true;
      return whole;
    });
    done.set(name, composed ? { type: "field", valueFrom: { value: origin.value } } : { ...origin, value });
  }
  return done;
}

function configMapData(
  group: Pick<ObjectGroup, "configMaps">,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const found = group.configMaps.find(({ object }) => object.metadata.name === name);
  return found === undefined ? undefined : textsAt(found.object, "data");
}

/** Names of a Secret's keys; also of what a controller makes one of (SealedSecret, ExternalSecret). */
function secretKeys(group: Pick<ObjectGroup, "secrets">, name: string): readonly string[] | undefined {
  const object = group.secrets.find((one) => one.object.metadata.name === name)?.object;
  if (object === undefined) return undefined;
  const keys = [
    ...Object.keys(fieldsAt(object, "data")),
    ...Object.keys(fieldsAt(object, "stringData")),
    ...Object.keys(fieldsAt(object, "spec", "encryptedData")),
    ...listAt(object, "spec", "data").flatMap((entry) => textAt(entry, "secretKey") ?? []),
  ];
  return [...new Set(keys)];
}
