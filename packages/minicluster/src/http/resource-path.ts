import type { Kind } from "../registry/kind.ts";
import { kindOf } from "../registry/registry.ts";

/** What a path under `/api` or `/apis` names. */
export interface ResourcePath {
  readonly kind: Kind;
  /** "" for all namespaces and for cluster-scoped kinds. */
  readonly namespace: string;
  /** "" for the collection. */
  readonly name: string;
  readonly subresource: string;
}

/** Reads `/api/v1/namespaces/{namespace}/{resource}/{name}/{subresource}` and its shorter forms. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  let parts: string[];
  try {
    parts = path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
  if (parts.at(-1) === "") parts.pop();
  const root = parts.shift();
  let group = "";
  if (root === "apis") group = parts.shift() ?? "";
  else if (root !== "api") return undefined;
  const version = parts.shift();
  if (version === undefined || parts.length === 0 || parts.some((part) => part === "")) return undefined;

  let namespace = "";
  const scoped = parts[0] === "namespaces" && parts.length > 2 && !["status", "finalize"].includes(parts[2] ?? "");
  if (scoped) {
    namespace = parts[1] ?? "";
    parts = parts.slice(2);
  }
  const [resource = "", name = "", subresource = "", ...rest] = parts;
  const kind = kindOf(resource);
  if (kind === undefined || kind.group !== group || kind.version !== version || rest.length > 0) return undefined;
  if (scoped !== (kind.namespaced && namespace !== "")) return undefined;
  if (kind.namespaced && !scoped && name !== "") return undefined;
  return { kind, namespace, name, subresource };
}
