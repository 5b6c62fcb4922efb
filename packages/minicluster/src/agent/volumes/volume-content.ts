import type { DownwardFile, KeyProjection, KubernetesObject, Pod, Volume } from "@fairway/objects";
import { isObject, stringsAt } from "../../json.ts";
import type { Key } from "../../objects-api.ts";
import { fieldValue, resourceValue } from "../downward-values.ts";

// Sources: k8s.io/kubernetes/pkg/volume/{configmap,secret,downwardapi,projected}.

export interface VolumeFile {
  readonly data: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** What shall be in a volume. An `own` folder belongs to the pod: it is made, and then left alone. */
export type VolumeContent =
  | { readonly kind: "own" }
  | { readonly kind: "files"; readonly files: ReadonlyMap<string, VolumeFile> }
  /** Volumes of this kind do not exist here. */
  | { readonly kind: "none" }
  /** In the kubelet's words, for example `configmap "settings" not found`. */
  | { readonly kind: "missing"; readonly message: string };

const usualMode = 0o644;

class Missing extends Error {}

/** What a volume comes to now. */
export function volumeContent(
  pod: Pod,
  volume: Volume,
  get: (key: Key) => KubernetesObject | undefined,
): VolumeContent {
  const files = new Map<string, VolumeFile>();
  try {
    if (volume.emptyDir) return { kind: "own" };
    const { configMap, secret, downwardAPI, projected } = volume;
    const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? usualMode;
    if (configMap) addKeys("configmap", configMap, mode);
    else if (secret) addKeys("secret", { ...secret, name: secret.secretName ?? "" }, mode);
    else if (downwardAPI) addFields(downwardAPI.items ?? [], mode);
    else if (projected) {
      for (const source of projected.sources ?? []) {
        if (source.configMap) addKeys("configmap", source.configMap, mode);
        if (source.secret) addKeys("secret", source.secret, mode);
        if (source.downwardAPI) addFields(source.downwardAPI.items ?? [], mode);
      }
    } else return { kind: "none" };
    return { kind: "files", files };
  } catch (error) {
    if (error instanceof Missing) return { kind: "missing", message: error.message };
    throw error;
  }

  function addKeys(kind: "configmap" | "secret", projection: KeyProjection, mode: number): void {
    const name = projection.name ?? "";
    const { namespace = "" } = pod.metadata;
    const object = get({ resource: `${kind}s`, namespace, name });
    if (object === undefined && projection.optional !== true) throw new Missing(`${kind} "${name}" not found`);
    const data = dataOf(object);
    const items = projection.items ?? [...data.keys()].map((key) => ({ key, path: key }));
    for (const { key, path, ...item } of items) {
      const found = data.get(key);
      if (found !== undefined) files.set(path, { data: found, mode: ("mode" in item ? item.mode : undefined) ?? mode });
      else if (projection.optional !== true) {
        const what =
          kind === "configmap" ? "configmap references non-existent config key" : "references non-existent secret key";
        throw new Missing(`${what}: ${key}`);
      }
    }
  }

  function addFields(items: readonly DownwardFile[], usual: number): void {
    for (const { path, fieldRef, resourceFieldRef, mode } of items) {
      const value = fieldRef
        ? fieldValue(pod, fieldRef.fieldPath)
        : resourceFieldRef
          ? resourceValue(pod, resourceFieldRef, undefined, get)
          : "";
      files.set(path, { data: Buffer.from(value), mode: mode ?? usual });
    }
  }
}

function dataOf(object: KubernetesObject | undefined): ReadonlyMap<string, Uint8Array> {
  const data = new Map<string, Uint8Array>();
  if (object === undefined || !isObject(object)) return data;
  const plain = object.kind === "ConfigMap";
  for (const [key, value] of Object.entries(stringsAt(object, "data"))) {
    data.set(key, Buffer.from(value, plain ? "utf8" : "base64"));
  }
  for (const [key, value] of Object.entries(stringsAt(object, "binaryData")))
    data.set(key, Buffer.from(value, "base64"));
  return data;
}

/** Whether two contents put the same files there. */
export function sameContent(a: VolumeContent | undefined, b: VolumeContent): boolean {
  if (a?.kind !== b.kind) return false;
  if (a.kind !== "files" || b.kind !== "files") return a.kind !== "missing";
  return (
    a.files.size === b.files.size &&
    [...a.files].every(([path, file]) => {
      const other = b.files.get(path);
      return other !== undefined && other.mode === file.mode && Buffer.compare(other.data, file.data) === 0;
    })
  );
}
