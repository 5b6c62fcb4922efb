/**
 * Writes packages/minicluster/src/generated/kubernetes-schema.json, the schemas of the kinds that the minicluster
 * serves, taken unchanged from Kubernetes' own OpenAPI v3 documents, and packages/object-schema/src/generated/kind-schemas.ts,
 * what services are made of in short, with the HTTPRoute of the Gateway API. Run by hand when a version moves:
 *
 *   go mod download -json k8s.io/kubernetes@v1.36.3 sigs.k8s.io/gateway-api@v1.3.0      (says the modules' folders)
 *   node scripts/generate-kubernetes-schema.ts <folder of kubernetes> v1.36.3 <folder of gateway-api> v1.3.0
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const documents: Readonly<Record<string, readonly string[]>> = {
  "api__v1_openapi.json": [
    "io.k8s.api.core.v1.ConfigMap",
    "io.k8s.api.authentication.v1.TokenRequest",
    "io.k8s.api.core.v1.Event",
    "io.k8s.api.core.v1.LimitRange",
    "io.k8s.api.core.v1.Namespace",
    "io.k8s.api.core.v1.Node",
    "io.k8s.api.core.v1.Pod",
    "io.k8s.api.core.v1.ResourceQuota",
    "io.k8s.api.core.v1.Secret",
    "io.k8s.api.core.v1.Service",
    "io.k8s.api.core.v1.ServiceAccount",
    "io.k8s.api.policy.v1.Eviction",
    "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
    "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
  ],
  "apis__apps__v1_openapi.json": [
    "io.k8s.api.apps.v1.Deployment",
    "io.k8s.api.apps.v1.ReplicaSet",
    "io.k8s.api.autoscaling.v1.Scale",
  ],
  "apis__autoscaling__v2_openapi.json": ["io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler"],
  "apis__batch__v1_openapi.json": ["io.k8s.api.batch.v1.CronJob", "io.k8s.api.batch.v1.Job"],
  "apis__coordination.k8s.io__v1_openapi.json": ["io.k8s.api.coordination.v1.Lease"],
  "apis__discovery.k8s.io__v1_openapi.json": ["io.k8s.api.discovery.v1.EndpointSlice"],
  "apis__networking.k8s.io__v1_openapi.json": [
    "io.k8s.api.networking.v1.Ingress",
    "io.k8s.api.networking.v1.NetworkPolicy",
  ],
  "apis__policy__v1_openapi.json": ["io.k8s.api.policy.v1.PodDisruptionBudget"],
  "apis__rbac.authorization.k8s.io__v1_openapi.json": ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"].map(
    (kind) => `io.k8s.api.rbac.v1.${kind}`,
  ),
};

type Schemas = Record<string, unknown>;

function referencesOf(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) referencesOf(item, into);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      if (key === "$ref" && typeof child === "string") into.add(child.replace("#/components/schemas/", ""));
      else referencesOf(child, into);
    }
  }
}

/** The wanted schemas and all that they refer to. A kind's list of group-version-kinds shrinks to those of its own group. */
function closure(schemas: Schemas, wanted: readonly string[], into: Map<string, unknown>): void {
  const open = [...wanted];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (into.has(name)) continue;
    const schema = schemas[name];
    if (schema === undefined) throw new Error(`no schema ${name}`);
    into.set(name, schema);
    const references = new Set<string>();
    referencesOf(schema, references);
    open.push(...references);
  }
}

/** Kinds that a service may have, by the API that serves them. */
const serviceKinds: Readonly<Record<string, readonly string[]>> = {
  "core/v1": ["ConfigMap", "LimitRange", "Namespace", "Pod", "ResourceQuota", "Secret", "Service", "ServiceAccount"],
  "apps/v1": ["Deployment", "ReplicaSet"],
  "autoscaling/v2": ["HorizontalPodAutoscaler"],
  "batch/v1": ["CronJob", "Job"],
  "networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
  "policy/v1": ["PodDisruptionBudget"],
  "rbac.authorization.k8s.io/v1": ["Role", "RoleBinding"],
};

/** What shapes are compiled from. */
const kept = new Set([
  "$ref",
  "additionalProperties",
  "allOf",
  "default",
  "format",
  "items",
  "properties",
  "required",
  "type",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-patch-merge-key",
  "x-kubernetes-patch-strategy",
]);

/** A schema without words for people and rules for values. */
function inShort(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inShort);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => kept.has(key))
      .map(([key, value]) => {
        if (key !== "properties" || typeof value !== "object" || value === null) return [key, inShort(value)];
        return [key, Object.fromEntries(Object.entries(value).map(([name, field]) => [name, inShort(field)]))];
      }),
  );
}

/** The schema of a custom resource's version; metadata is that of every object. */
function customSchema(file: string, version: string): unknown {
  const definition = parse(readFileSync(file, "utf8"));
  const { schema } = definition.spec.versions.find((one: { name: string }) => one.name === version);
  const meta = { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };
  const { properties, ...rest } = schema.openAPIV3Schema;
  return { ...rest, properties: { ...properties, metadata: meta } };
}

const [folder, version, gatewayFolder, gatewayVersion] = process.argv.slice(2);
if (!folder || !version || !gatewayFolder || !gatewayVersion) {
  console.error("usage: node scripts/generate-kubernetes-schema.ts <kubernetes> <version> <gateway-api> <version>");
  process.exit(2);
}
const found = new Map<string, unknown>();
for (const [file, wanted] of Object.entries(documents)) {
  const document = JSON.parse(readFileSync(join(folder, "api/openapi-spec/v3", file), "utf8"));
  closure(document.components.schemas, wanted, found);
}
const header = {
  $comment: "Generated by scripts/generate-kubernetes-schema.ts; do not edit.",
  source: `k8s.io/kubernetes@${version} api/openapi-spec/v3, Apache-2.0, Copyright The Kubernetes Authors`,
  version,
};
const lines = [...found]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`);
const target = fileURLToPath(new URL("../packages/minicluster/src/generated/kubernetes-schema.json", import.meta.url));
writeFileSync(target, `${JSON.stringify(header).slice(0, -1)},"schemas":{\n${lines.join(",\n")}\n}}\n`);
console.log(`${found.size} schemas of ${version}`);

const kinds: Record<string, string> = {};
for (const [api, names] of Object.entries(serviceKinds)) {
  for (const name of names) {
    kinds[`${api.replace("core/", "")}/${name}`] = `io.k8s.api.${api.replace(/(\.[a-z0-9.]*)?\//, ".")}.${name}`;
  }
}
const short = new Map<string, unknown>();
closure(Object.fromEntries(found), Object.values(kinds), short);
kinds["gateway.networking.k8s.io/v1/HTTPRoute"] = "HTTPRoute";
const routes = join(gatewayFolder, "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml");
short.set("HTTPRoute", customSchema(routes, "v1"));
const schemas = Object.fromEntries([...short].map(([name, schema]) => [name, inShort(schema)]));
const text = JSON.stringify({ kinds, schemas });
if (/[`\\]|\$\{/.test(text)) throw new Error("the schemas have characters that a template literal cannot carry");
writeFileSync(
  fileURLToPath(new URL("../packages/object-schema/src/generated/kind-schemas.ts", import.meta.url)),
  `// Generated by scripts/generate-kubernetes-schema.ts; do not edit.
// Out of k8s.io/kubernetes@${version} api/openapi-spec/v3 and sigs.k8s.io/gateway-api@${gatewayVersion} config/crd,
// Apache-2.0, Copyright The Kubernetes Authors.
export const kindSchemas = \`${text}\`;
`,
);
console.log(`${short.size} of them in short, ${text.length} characters`);
