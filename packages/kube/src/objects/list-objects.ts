import { type KindInfo, type KubernetesObject, parseObject } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { field, textField } from "../http/json-field.ts";
import { collectionPath } from "./api-path.ts";

/** Objects per answer: a page of pods is some megabytes of text, which is in memory twice while it is read. */
const pageSize = 200;
/** Half a million objects, more than clusters have (150,000 pods by Kubernetes' "Considerations for large clusters"); an API that never ends its list must not hold us. */
const mostPages = 2_500;

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

/** One answer of a list. `resourceVersion` is where a watch may go on, the same for all pages. */
interface Page {
  readonly objects: readonly KubernetesObject[];
  readonly resourceVersion: string;
}

/** All objects of a selection. An expired continuation starts anew, once. */
export async function listObjects(
  client: ApiClient,
  of: Selection,
  signal?: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const all = async () => {
    const objects: KubernetesObject[] = [];
    for await (const page of listPages(client, of, signal)) objects.push(...page.objects);
    return objects;
  };
  try {
    return await all();
  } catch (error) {
    if (!isExpired(error)) throw error;
    return all();
  }
}

/** The same, page by page; an expired continuation is the caller's. */
export async function* listPages(client: ApiClient, of: Selection, signal?: AbortSignal): AsyncGenerator<Page> {
  let next: string | undefined;
  let pages = 0;
  do {
    pages += 1;
    if (pages > mostPages)
      throw new ClusterError("unknown", client.cluster, `the list of ${of.kind.resource} has no end`);
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
    const metadata = field(page, "metadata");
    yield {
      objects: items.map((item) => requireObject(client.cluster, item, of.kind)),
      resourceVersion: textField(metadata, "resourceVersion"),
    };
    next = textField(metadata, "continue");
  } while (next !== "");
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
