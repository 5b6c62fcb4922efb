import { type KindInfo, type KubernetesObject, parseObject } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { field } from "../http/json-field.ts";
import { collectionPath } from "./api-path.ts";

/** Objects per answer; the size that kubectl asks for. */
const pageSize = 500;

/** Which objects of a kind. */
export interface Selection {
  readonly kind: KindInfo;
  /** All namespaces when undefined. */
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** Query parameters of a selection, for list and watch alike. */
export function selectors(of: Selection): Readonly<Record<string, string | undefined>> {
  return { labelSelector: selector(of.labels), fieldSelector: selector(of.fields) };
}

/** All pages. `resourceVersion` is where a watch may go on. An expired continuation starts anew, once. */
export async function listObjects(
  client: ApiClient,
  of: Selection,
  signal?: AbortSignal,
): Promise<{ readonly objects: readonly KubernetesObject[]; readonly resourceVersion: string }> {
  try {
    return await listPages(client, of, signal);
  } catch (error) {
    if (!isExpired(error)) throw error;
    return listPages(client, of, signal);
  }
}

async function listPages(
  client: ApiClient,
  of: Selection,
  signal: AbortSignal | undefined,
): ReturnType<typeof listObjects> {
  const objects: KubernetesObject[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await client.json(
      {
        method: "GET",
        path: collectionPath(of.kind, of.namespace),
        query: { ...selectors(of), limit: String(pageSize), continue: next },
      },
      { repeatable: true, signal },
    );
    const items = field(page, "items");
    if (!Array.isArray(items))
      throw new ClusterError("unknown", client.cluster, `the list of ${of.kind.resource} has no items`);
    for (const item of items) objects.push(requireObject(client.cluster, item, of.kind));
    const metadata = field(page, "metadata");
    const more = field(metadata, "continue");
    const version = field(metadata, "resourceVersion");
    if (typeof more !== "string" || more === "")
      return { objects, resourceVersion: typeof version === "string" ? version : "" };
    next = more;
  }
}

/** 410: the version or the continuation is older than what the API remembers. */
export function isExpired(error: unknown): boolean {
  return error instanceof ClusterError && field(error.cause, "code") === 410;
}

/** A value of the API as an object. Throws `ClusterError` when it is none. */
export function requireObject(cluster: string, value: unknown, kind?: KindInfo): KubernetesObject {
  const parsed = parseObject(value, kind === undefined ? {} : { apiVersion: kind.apiVersion, kind: kind.kind });
  if (parsed.ok) return parsed.object;
  const { path, message } = parsed.issue;
  throw new ClusterError("unknown", cluster, `the API answers with what is no object: ${path} ${message}`);
}

function selector(of: Readonly<Record<string, string>> | undefined): string | undefined {
  if (of === undefined) return undefined;
  return Object.entries(of)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
