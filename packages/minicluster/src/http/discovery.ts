import type { Json, JsonObject } from "../json.ts";
import type { Kind } from "../registry/kind.ts";
import { kinds } from "../registry/registry.ts";

/** Verbs of a kind's main resource. */
const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** Resources that only answer questions about the caller; nothing of them is stored. */
export const reviews = [
  { group: "authentication.k8s.io", kind: "SelfSubjectReview", resource: "selfsubjectreviews" },
  { group: "authentication.k8s.io", kind: "TokenReview", resource: "tokenreviews" },
  { group: "authorization.k8s.io", kind: "SelfSubjectAccessReview", resource: "selfsubjectaccessreviews" },
  { group: "authorization.k8s.io", kind: "SelfSubjectRulesReview", resource: "selfsubjectrulesreviews" },
  { group: "authorization.k8s.io", kind: "SubjectAccessReview", resource: "subjectaccessreviews" },
] as const;

const subresourceVerbs = {
  status: ["get", "patch", "update"],
  scale: ["get", "patch", "update"],
  log: ["get"],
  finalize: ["update"],
  eviction: ["create"],
  token: ["create"],
} as const;

function groups(): string[] {
  return [...new Set([...kinds.map((kind) => kind.group), ...reviews.map((review) => review.group)])];
}

function verbsOf(kind: Kind): string[] {
  return [...(kind.verbs ?? allVerbs)];
}

/** `/api`. */
export function apiVersions(host: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

/** The one version in which a group is served. */
function versionOf(group: string): string {
  return kinds.find((kind) => kind.group === group)?.version ?? "v1";
}

function groupObject(group: string): JsonObject {
  const served = versionOf(group);
  const version = { groupVersion: `${group}/${served}`, version: served };
  return { name: group, versions: [version], preferredVersion: { ...version } };
}

/** `/apis`. */
export function apiGroupList(): JsonObject {
  const named = groups().filter((group) => group !== "");
  return { kind: "APIGroupList", apiVersion: "v1", groups: named.map(groupObject) };
}

/** `/apis/{group}`; undefined when it is not served. */
export function apiGroup(group: string): JsonObject | undefined {
  if (group === "" || !groups().includes(group)) return undefined;
  return { kind: "APIGroup", apiVersion: "v1", ...groupObject(group) };
}

function subresourceKind(kind: Kind, subresource: Kind["subresources"][number]): JsonObject {
  if (subresource === "scale") return { group: "autoscaling", version: "v1", kind: "Scale" };
  if (subresource === "eviction") return { group: "policy", version: "v1", kind: "Eviction" };
  if (subresource === "token") return { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" };
  return { kind: kind.kind };
}

/** `/api/v1` and `/apis/{group}/{version}`; undefined when it is not served. */
export function apiResourceList(group: string, version: string): JsonObject | undefined {
  if (!groups().includes(group) || version !== versionOf(group)) return undefined;
  const resources: Json[] = [];
  for (const kind of kinds.filter((one) => one.group === group)) {
    const entry: JsonObject = {
      name: kind.resource,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: verbsOf(kind),
    };
    if (kind.shortNames.length > 0) entry["shortNames"] = [...kind.shortNames];
    if (kind.categories.length > 0) entry["categories"] = [...kind.categories];
    resources.push(entry);
    for (const subresource of kind.subresources) {
      resources.push({
        name: `${kind.resource}/${subresource}`,
        singularName: "",
        namespaced: kind.namespaced,
        ...subresourceKind(kind, subresource),
        verbs: [...subresourceVerbs[subresource]],
      });
    }
  }
  for (const review of reviews.filter((one) => one.group === group)) {
    const { resource: name, kind } = review;
    resources.push({ name, singularName: kind.toLowerCase(), namespaced: false, kind, verbs: ["create"] });
  }
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? version : `${group}/${version}`,
    resources,
  };
}

/** All at once, as clients since Kubernetes 1.26 ask for it; `core` is what `/api` tells, else what `/apis` does. */
export function aggregatedDiscovery(core: boolean): JsonObject {
  const items = groups()
    .filter((group) => (group === "") === core)
    .map((group): Json => {
      const resources: Json[] = kinds.filter((kind) => kind.group === group).map(aggregatedKind);
      for (const { group: of, kind, resource } of reviews) {
        if (of !== group) continue;
        resources.push({
          resource,
          responseKind: { group: "", version: "", kind },
          scope: "Cluster",
          singularResource: kind.toLowerCase(),
          verbs: ["create"],
        });
      }
      return {
        metadata: group === "" ? {} : { name: group },
        versions: [{ version: versionOf(group), resources, freshness: "Current" }],
      };
    });
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
}

function aggregatedKind(kind: Kind): JsonObject {
  // Group and version are those of the list, unless they are told.
  const responseKind = { group: "", version: "", kind: kind.kind };
  const entry: JsonObject = {
    resource: kind.resource,
    responseKind,
    scope: kind.namespaced ? "Namespaced" : "Cluster",
    singularResource: kind.singular,
    verbs: verbsOf(kind),
  };
  if (kind.shortNames.length > 0) entry["shortNames"] = [...kind.shortNames];
  if (kind.categories.length > 0) entry["categories"] = [...kind.categories];
  if (kind.subresources.length > 0) {
    entry["subresources"] = kind.subresources.map(
      (subresource): Json => ({
        subresource,
        responseKind: { ...responseKind, ...subresourceKind(kind, subresource) },
        verbs: [...subresourceVerbs[subresource]],
      }),
    );
  }
  return entry;
}

/** Media type of the answer to a client that asks for aggregated discovery; undefined when it does not. */
export function aggregatedMediaType(accept: string | undefined): string | undefined {
  for (const range of (accept ?? "").split(",")) {
    const parts = range.split(";").map((part) => part.trim());
    if (parts[0] !== "application/json" || !parts.includes("as=APIGroupDiscoveryList")) continue;
    if (parts.includes("g=apidiscovery.k8s.io") && parts.includes("v=v2")) {
      return "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    }
  }
  return undefined;
}
