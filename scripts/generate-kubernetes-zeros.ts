/**
 * Writes packages/minicluster/src/generated/kubernetes-zeros.json: fields that Kubernetes leaves out when they are empty,
 * 0 or false, by the name of their schema. The OpenAPI does not tell them from those that are kept (pointers in Go), so they are read
 * in the Go declarations. Run by hand when the version moves:
 *
 *   go mod download -json k8s.io/api@v0.36.3 k8s.io/apimachinery@v0.36.3      (says the folders of the modules)
 *   node scripts/generate-kubernetes-zeros.ts <folder of k8s.io/api> <folder of k8s.io/apimachinery> v1.36.3
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const groups = [
  ...["apps", "autoscaling", "batch", "coordination", "core", "discovery", "networking", "policy", "rbac"].map(
    (group) => [group, "v1"] as const,
  ),
  ["autoscaling", "v2"] as const,
];

interface Declarations {
  /** Schema name of a package, for example `io.k8s.api.core.v1`. */
  readonly schema: string;
  /** Bodies of structs by name. */
  readonly structs: ReadonlyMap<string, string>;
  /** Names of types that are strings or numbers in truth. */
  readonly scalars: ReadonlySet<string>;
}

function read(folder: string, schema: string): Declarations {
  const source = readFileSync(join(folder, "types.go"), "utf8");
  const structs = [...source.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)];
  const scalars = [...source.matchAll(/^type (\w+) (?:string|bool|int32|int64|float64)\b/gm)];
  return {
    schema,
    structs: new Map(structs.map(([, name = "", body = ""]): [string, string] => [name, body])),
    scalars: new Set(scalars.map(([, name = ""]) => name)),
  };
}

const [api, machinery, version] = process.argv.slice(2);
if (api === undefined || machinery === undefined || version === undefined) {
  console.error("usage: node scripts/generate-kubernetes-zeros.ts <k8s.io/api> <k8s.io/apimachinery> <version>");
  process.exit(2);
}
const packages = [
  ...groups.map(([group, one]) => read(join(api, group, one), `io.k8s.api.${group}.${one}`)),
  read(join(machinery, "pkg/apis/meta/v1"), "io.k8s.apimachinery.pkg.apis.meta.v1"),
];
const basic = new Set(["string", "bool", "int32", "int64", "float64", "UID"]);

function isScalar(type: string): boolean {
  const name = type.slice(type.lastIndexOf(".") + 1);
  return basic.has(name) || packages.some(({ scalars }) => scalars.has(name));
}

function zerosOf(body: string, structs: ReadonlyMap<string, string>): string[] {
  return body.split("\n").flatMap((line) => {
    const inline = /^\t(?:\w+\.)?(\w+)\s+`json:",inline"/.exec(line);
    if (inline !== null) return zerosOf(structs.get(inline[1] ?? "") ?? "", structs);
    const field = /^\t\w+\s+([\w.]+)\s+`json:"(\w+),omitempty"/.exec(line);
    return field !== null && isScalar(field[1] ?? "") ? [field[2] ?? ""] : [];
  });
}

const zeros: Record<string, string[]> = {};
for (const { schema, structs } of packages) {
  for (const [name, body] of structs) {
    const fields = zerosOf(body, structs);
    if (fields.length > 0) zeros[`${schema}.${name}`] = fields.sort();
  }
}
const sorted = Object.fromEntries(Object.entries(zeros).sort(([a], [b]) => (a < b ? -1 : 1)));
const target = fileURLToPath(new URL("../packages/minicluster/src/generated/kubernetes-zeros.json", import.meta.url));
writeFileSync(target, `${JSON.stringify({ version, zeros: sorted }, null, 1)}\n`);
