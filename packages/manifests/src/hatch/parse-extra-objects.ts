import { checkFields, shapeOfKind, toJson } from "@fairway/object-schema";
import { type KubernetesObject, kindInfo, kindRegistry, parseObject } from "@fairway/objects";
import { reservedKey } from "../labels.ts";
import type { HatchIssue, Place } from "./hatch-issue.ts";
import { issueOf } from "./patch-objects.ts";
import { podTemplatePaths } from "./pod-template-paths.ts";
import { type ReadYaml, readYaml, type YamlDocument } from "./read-yaml.ts";

/** Where one object stands: its file, and the values in it that a service or a profile may not like. */
export interface ExtraPlace {
  readonly file: string;
  readonly kind: Place;
  readonly name: Place;
  readonly namespace: Place;
}

export type ParsedExtras =
  | {
      readonly ok: true;
      readonly objects: readonly KubernetesObject[];
      /** Of each object, in the same order. */
      readonly places: readonly ExtraPlace[];
    }
  | { readonly ok: false; readonly issues: readonly HatchIssue[] };

/** What the cluster writes itself; copied out of one, it says nothing about what is wanted. */
const writtenByTheCluster: readonly (readonly string[])[] = [
  ["status"],
  ...[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
  ].map((field) => ["metadata", field]),
];

/** Each costs every cluster some calls, at each diff and each rollout. */
const mostObjects = 100;

/**
 * Reads the files of `kubernetes/` (YAML or JSON), by name: all problems at once, or the objects as they are written.
 * Objects past the hundredth are counted, not checked.
 * What depends on the service or on a cluster's profile is told by `hatchIssues`.
 *
 * Codes: `hatchCodes`.
 */
export async function parseExtraObjects(files: Readonly<Record<string, string>>): Promise<ParsedExtras> {
  const issues: HatchIssue[] = [];
  const objects: KubernetesObject[] = [];
  const places: ExtraPlace[] = [];
  let count = 0;
  let firstTooMany: (Place & { readonly file: string }) | undefined;
  for (const [name, text] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const file = `kubernetes/${name}`;
    const read: ReadYaml = await readYaml(text);
    if (!read.ok) {
      issues.push(...read.problems.map((problem) => ({ ...problem, code: "yaml-syntax", file })));
      continue;
    }
    for (const document of read.documents) {
      count += 1;
      if (count > mostObjects) {
        firstTooMany ??= { ...document.placeOf(["kind"]), file };
        continue;
      }
      const checked = checkDocument(document, file);
      issues.push(...checked.issues);
      if (checked.object === undefined) continue;
      objects.push(checked.object);
      places.push({
        file,
        kind: document.placeOf(["kind"]),
        name: document.placeOf(["metadata", "name"]),
        namespace: document.placeOf(["metadata", "namespace"]),
      });
    }
  }
  if (firstTooMany !== undefined) {
    issues.push({
      ...firstTooMany,
      code: "too-many-objects",
      message: `kubernetes/ holds ${count} objects, the limit is ${mostObjects}`,
      hint: "put several into one, or what belongs to another service into its folder",
    });
  }
  return issues.length === 0 ? { ok: true, objects, places } : { ok: false, issues };
}

function checkDocument(
  document: YamlDocument,
  file: string,
): { readonly object: KubernetesObject | undefined; readonly issues: readonly HatchIssue[] } {
  const issue = (code: string, path: readonly (string | number)[], message: string, hint?: string): HatchIssue => ({
    code,
    message,
    ...document.placeOf(path),
    ...(hint === undefined ? {} : { hint }),
    file,
  });
  const refuse = (...issues: HatchIssue[]) => ({ object: undefined, issues });
  const parsed = parseObject(withoutEmpty(document.value));
  if (!parsed.ok) {
    const path = parsed.issue.path.split(/[.["\]]+/).filter((step) => step !== "");
    const where = parsed.issue.path === "" ? "" : `${parsed.issue.path.slice(1)}: `;
    return refuse(issue("not-an-object", path, `no Kubernetes object: ${where}${parsed.issue.message}`));
  }
  const { object } = parsed;
  const { apiVersion, kind } = object;
  const info = kindInfo(object);
  if (info === undefined) {
    const known = kindRegistry.find((one) => one.kind === kind);
    const hint = known === undefined ? undefined : `the apiVersion that Fairway knows is ${known.apiVersion}`;
    return refuse(issue("unknown-kind", ["kind"], `Fairway does not know ${kind} of ${apiVersion}`, hint));
  }
  if (!info.namespaced) {
    const message = `a ${kind} belongs to the whole cluster, not to one service`;
    return refuse(issue("cluster-scoped", ["kind"], message, "ask the platform's owner for it"));
  }
  const written = writtenByTheCluster.filter((path) => !isEmpty(valueAt(object, path)));
  const reserved = [
    ["metadata", "labels"],
    ["metadata", "annotations"],
    ...podTemplatePaths.flatMap((path) => [
      [...path, "metadata", "labels"],
      [...path, "metadata", "annotations"],
    ]),
  ].flatMap((path) =>
    keysAt(object, path)
      .filter(reservedKey)
      .map((key) => [...path, key]),
  );
  const shape = shapeOfKind(apiVersion, kind);
  const fields = shape === undefined ? [] : checkFields(shape, toJson(object) ?? null);
  const issues = [
    ...fields.map((problem) => {
      const { code, message, hint, path } = issueOf(problem, problem.path);
      return issue(code, path, message, hint);
    }),
    ...written.map((path) =>
      issue("written-by-the-cluster", path, `${path.join(".")} is written by the cluster`, "take it out"),
    ),
    ...reserved.map((path) =>
      issue("reserved-label", path, `${path.at(-1)} is put on by Fairway alone`, "take it out; it is added by itself"),
    ),
  ];
  return { object, issues: issues.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

/** `kubectl create --dry-run -o yaml` writes `creationTimestamp: null` and `status: {}`. */
function withoutEmpty(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { status, metadata, ...rest } = value;
  return {
    ...rest,
    ...(isEmpty(status) ? {} : { status }),
    ...(isRecord(metadata)
      ? { metadata: Object.fromEntries(Object.entries(metadata).filter(([, one]) => one !== null)) }
      : { metadata }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, step) => (isRecord(current) && Object.hasOwn(current, step) ? current[step] : undefined),
    value,
  );
}

function keysAt(value: unknown, path: readonly string[]): readonly string[] {
  const found = valueAt(value, path);
  return isRecord(found) ? Object.keys(found) : [];
}
