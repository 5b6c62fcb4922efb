/**
 * Writes packages/minicluster/src/generated/kubernetes-messages.json: how the kinds that the minicluster serves are
 * laid out as protocol buffers (field numbers, JSON names, types), read from the struct tags of Kubernetes' own Go
 * types. kubectl sends some requests in that form. Run by hand when the version moves:
 *
 *   go mod download -json k8s.io/api@v0.36.3 k8s.io/apimachinery@v0.36.3      (says the folders of the modules)
 *   node scripts/generate-kubernetes-messages.ts <folder of k8s.io/api> <folder of k8s.io/apimachinery> v0.36.3
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const roots = [
  ...["ConfigMap", "Event", "LimitRange", "Namespace", "Node", "Pod", "ResourceQuota", "Secret", "Service"].map(
    (kind) => `core/v1.${kind}`,
  ),
  "core/v1.ServiceAccount",
  "apps/v1.Deployment",
  "apps/v1.ReplicaSet",
  "batch/v1.CronJob",
  "batch/v1.Job",
  "autoscaling/v2.HorizontalPodAutoscaler",
  "networking/v1.Ingress",
  "networking/v1.NetworkPolicy",
  "policy/v1.Eviction",
  "policy/v1.PodDisruptionBudget",
  ...["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"].map((kind) => `rbac/v1.${kind}`),
  "coordination/v1.Lease",
  "discovery/v1.EndpointSlice",
  "autoscaling/v1.Scale",
  "authentication/v1.SelfSubjectReview",
  "authentication/v1.TokenRequest",
  "authentication/v1.TokenReview",
  "authorization/v1.SelfSubjectAccessReview",
  "authorization/v1.SelfSubjectRulesReview",
  "authorization/v1.SubjectAccessReview",
  "meta/v1.DeleteOptions",
];

/** Types with a form of their own. */
const special: Readonly<Record<string, string>> = {
  "resource.Quantity": "quantity",
  "intstr.IntOrString": "intOrString",
  "meta/v1.Time": "time",
  "meta/v1.MicroTime": "time",
  "meta/v1.FieldsV1": "rawJson",
  "runtime.RawExtension": "rawJson",
};

const scalars: Readonly<Record<string, string>> = {
  string: "string",
  bool: "bool",
  int: "int",
  int32: "int",
  int64: "int",
  float64: "double",
  "types.UID": "string",
};

/** Number, JSON name ("" when the fields stand inline), type, and whether a zero value is kept. */
type Field = [number, string, string, boolean];

const [apiFolder, machineryFolder, version] = process.argv.slice(2);
if (apiFolder === undefined || machineryFolder === undefined || version === undefined) {
  console.error("usage: node scripts/generate-kubernetes-messages.ts <k8s.io/api> <k8s.io/apimachinery> <version>");
  process.exit(2);
}

const sources = new Map<string, string>();
function source(group: string): string {
  const known = sources.get(group);
  if (known !== undefined) return known;
  const folder = group === "meta/v1" ? join(machineryFolder ?? "", "pkg/apis/meta/v1") : join(apiFolder ?? "", group);
  const text = readFileSync(join(folder, "types.go"), "utf8");
  sources.set(group, text);
  return text;
}

/** The group that a package name means in a file. */
function groupOf(group: string, alias: string): string {
  if (["resource", "intstr", "runtime", "types"].includes(alias)) return alias;
  const imported = new RegExp(`^\\s*${alias} "([^"]+)"`, "m").exec(source(group))?.[1];
  const path = imported ?? (alias === "v1" ? "k8s.io/api/core/v1" : "");
  if (path.startsWith("k8s.io/api/")) return path.slice("k8s.io/api/".length);
  if (path === "k8s.io/apimachinery/pkg/apis/meta/v1") return "meta/v1";
  throw new Error(`${group}: what is ${alias}?`);
}

const messages = new Map<string, Field[]>();

function typeOf(group: string, go: string): string {
  if (go.startsWith("*")) return typeOf(group, go.slice(1));
  if (go === "[]byte") return "bytes";
  if (go.startsWith("[]")) return `[]${typeOf(group, go.slice(2))}`;
  const map = /^map\[[^\]]+\](.*)$/.exec(go);
  if (map !== null) return `{}${typeOf(group, map[1] ?? "")}`;
  const scalar = scalars[go];
  if (scalar !== undefined) return scalar;
  const [alias, name] = go.includes(".") ? (go.split(".") as [string, string]) : ["", go];
  const home = alias === "" ? group : groupOf(group, alias);
  const qualified = `${home}.${name}`;
  if (qualified in special) return special[qualified] ?? "";
  const text = source(home);
  const alike = new RegExp(`^type ${name} (?!struct)=? ?(\\S+)`, "m").exec(text)?.[1];
  if (alike !== undefined) return typeOf(home, alike);
  addMessage(home, name);
  return qualified;
}

function addMessage(group: string, name: string): void {
  const qualified = `${group}.${name}`;
  if (messages.has(qualified)) return;
  const fields: Field[] = [];
  messages.set(qualified, fields);
  const body = new RegExp(`^type ${name} struct \\{\\n(.*?)^\\}`, "ms").exec(source(group))?.[1];
  if (body === undefined) throw new Error(`no struct ${qualified}`);
  for (const line of body.split("\n")) {
    const match = /^\s+(?:(\w+)\s+)?(\S+)\s+`json:"([^"]*)".* protobuf:"([^"]+)"/.exec(line.replace(/\s+`/, " `"));
    if (match === null) continue;
    const [, , go = "", json = "", proto = ""] = match;
    const [jsonName = "", ...flags] = json.split(",");
    const inline = flags.includes("inline");
    const number = Number(proto.split(",")[1]);
    const keepsZero = go.startsWith("*") || !flags.includes("omitempty");
    fields.push([number, inline ? "" : jsonName, typeOf(group, go), keepsZero]);
  }
}

for (const root of roots) {
  const [group = "", name = ""] = root.split(".");
  addMessage(group, name);
}
const header = {
  $comment: "Generated by scripts/generate-kubernetes-messages.ts; do not edit.",
  source: `k8s.io/api@${version} and k8s.io/apimachinery@${version}, Apache-2.0, Copyright The Kubernetes Authors`,
  fields: "number, JSON name ('' stands inline), type, whether a zero value is kept",
};
const lines = [...messages]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, fields]) => `${JSON.stringify(name)}:${JSON.stringify(fields)}`);
const target = fileURLToPath(
  new URL("../packages/minicluster/src/generated/kubernetes-messages.json", import.meta.url),
);
writeFileSync(target, `${JSON.stringify(header).slice(0, -1)},"messages":{\n${lines.join(",\n")}\n}}\n`);
console.log(`${messages.size} messages of ${version}`);
