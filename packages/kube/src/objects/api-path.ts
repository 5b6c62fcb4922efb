import { type KindInfo, kindInfo, type ObjectRef } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";

/** The registered kind; the API has more, but nothing of Fairway may reach for them. */
export function requireKind(cluster: string, of: { readonly apiVersion: string; readonly kind: string }): KindInfo {
  const info = kindInfo(of);
  if (info === undefined)
    throw new ClusterError("invalid", cluster, `Fairway does not handle ${of.kind} of ${of.apiVersion}`);
  return info;
}

/** Path of all objects of a kind, in one namespace or in all. */
export function collectionPath(kind: KindInfo, namespace: string | undefined): string {
  const root = kind.apiVersion.includes("/") ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const inside = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${inside}/${kind.resource}`;
}

/** Path of one object. */
export function objectPath(cluster: string, ref: ObjectRef): string {
  const kind = requireKind(cluster, ref);
  if (kind.namespaced && ref.namespace === undefined)
    throw new ClusterError("invalid", cluster, `${ref.kind}/${ref.name} needs a namespace`);
  return `${collectionPath(kind, ref.namespace)}/${encodeURIComponent(ref.name)}`;
}
