import {
  applyJsonPatch,
  applyStrategicMergePatch,
  at,
  checkFields,
  equalJson,
  type FieldProblem,
  isObject,
  type Json,
  type JsonObject,
  PatchError,
  type Shape,
  shapeOfKind,
  toJson,
} from "@fairway/object-schema";
import { type KubernetesObject, parseObject } from "@fairway/objects";
import { type FieldIssue, type ObjectPatch, suggest } from "@fairway/spec";
import { reservedKey } from "../labels.ts";
import { podTemplatePaths } from "./pod-template-paths.ts";

type Path = readonly (string | number)[];

export interface Patched {
  readonly objects: readonly KubernetesObject[];
  /** Paths begin at `kubernetes`, as in app.toml. */
  readonly problems: readonly FieldIssue[];
}

/** What makes an object that of its service: a patch that changes it would tear the object out of Fairway's hands. */
const identity: readonly { readonly path: readonly string[]; readonly kind?: string; readonly hint?: string }[] = [
  { path: ["apiVersion"] },
  { path: ["kind"] },
  { path: ["metadata", "name"] },
  { path: ["metadata", "namespace"] },
  { path: ["status"] },
  { path: ["spec", "selector"] },
  { path: ["spec", "podSelector"] },
  { path: ["spec", "scaleTargetRef"] },
  { path: ["roleRef"] },
  // Its name is the hash of its content.
  ...["data", "binaryData", "immutable"].map((field) => ({
    path: [field],
    kind: "ConfigMap",
    hint: "variables stand under [env]",
  })),
];

/** Maps in which some keys are Fairway's. */
const labelPaths: readonly (readonly string[])[] = [[], ["spec", "jobTemplate"], ...podTemplatePaths].flatMap(
  (path) => [
    [...path, "metadata", "labels"],
    [...path, "metadata", "annotations"],
  ],
);

/**
 * Applies `[[kubernetes.patches]]` in their order to what was rendered for one cluster. A patch finds exactly one object: by
 * kind and name without slot, or by kind alone where there is one of it. What cannot be applied is a problem and changes nothing.
 *
 * @param allowed Kinds that the profile lets teams change.
 */
export function patchObjects(
  objects: readonly KubernetesObject[],
  patches: readonly ObjectPatch[],
  allowed: readonly string[],
): Patched {
  const result = [...objects];
  const problems: FieldIssue[] = [];
  for (const [position, patch] of patches.entries()) {
    const path: Path = ["kubernetes", "patches", position];
    if (!allowed.includes(patch.kind)) {
      problems.push({
        code: "patch-not-allowed",
        message: `the platform's profile lets nobody change a ${patch.kind}`,
        hint: allowed.length === 0 ? "it allows no patches" : `it allows ${allowed.join(", ")}`,
        path: [...path, "kind"],
      });
      continue;
    }
    const found = result.flatMap((object, index) => (isMeant(object, patch) ? [{ object, index }] : []));
    const [only] = found;
    if (only === undefined) continue;
    if (found.length > 1) {
      problems.push({
        code: "patch-ambiguous",
        message: `there are ${found.length} objects of kind ${patch.kind}`,
        hint: `add name = one of ${found.map(({ object }) => object.metadata.name).join(", ")}`,
        path: [...path, "kind"],
      });
      continue;
    }
    const changed = applyPatch(only.object, patch);
    if (changed.ok) result[only.index] = changed.object;
    else problems.push(...changed.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })));
  }
  return { objects: result, problems };
}

/** Whether a patch speaks of this object. */
export function isMeant(object: KubernetesObject, { kind, name }: Pick<ObjectPatch, "kind" | "name">): boolean {
  return object.kind === kind && (name === undefined || object.metadata.name === name);
}

type Changed =
  | { readonly ok: true; readonly object: KubernetesObject }
  | { readonly ok: false; readonly problems: readonly FieldIssue[] };

function applyPatch(object: KubernetesObject, { change }: ObjectPatch): Changed {
  const before = toJson(object);
  const patch = toJson(change.type === "json" ? change.operations : change.merge);
  if (!isObject(before) || patch === undefined) return refuse([]);
  const shape: Shape = shapeOfKind(object.apiVersion, object.kind) ?? { type: "any" };
  // A part says by itself which of its fields are unknown; of operations only the outcome can be looked at.
  const told = change.type === "json" ? [] : checkFields(shape, patch, { partial: true });
  if (told.length > 0) return refuse(told.map((problem) => issueOf(problem, ["merge", ...problem.path])));

  let after: JsonObject;
  try {
    after = isObject(patch) ? applyStrategicMergePatch(before, patch, shape) : applyJsonPatch(before, patch);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const { message } = error;
    return refuse([
      {
        code: "patch-failed",
        message: `it cannot be applied: ${message}`,
        path: [change.type === "json" ? "json" : "merge"],
      },
    ]);
  }
  const place = (path: Path): Path => (isObject(patch) ? ["merge", ...path] : operationAt(patch, path));
  const taken = takenIdentity(before, after);
  if (taken.length > 0) return refuse(taken.map(({ path, ...issue }) => ({ ...issue, path: place(path) })));
  const wrong = checkFields(shape, after);
  if (wrong.length > 0) return refuse(wrong.map((problem) => issueOf(problem, place(problem.path))));
  const parsed = parseObject(after);
  if (parsed.ok) return { ok: true, object: parsed.object };
  return refuse([
    { code: "patch-failed", message: `no object is left: ${parsed.issue.path} ${parsed.issue.message}`, path: [] },
  ]);
}

function refuse(problems: readonly FieldIssue[]): Changed {
  return { ok: false, problems };
}

/** A problem of a field in words, with the fields that may have been meant. */
export function issueOf({ code, message, known, path: field }: FieldProblem, path: Path): FieldIssue {
  const near = known === undefined ? [] : suggest(String(field.at(-1)), known);
  const where = field.slice(0, -1).join(".");
  return {
    code,
    message: where === "" ? message : `${message} in ${where}`,
    ...(near.length === 0 ? {} : { hint: `did you mean ${near.join(" or ")}?` }),
    path,
  };
}

function takenIdentity(before: JsonObject, after: JsonObject): readonly FieldIssue[] {
  const issue = (path: Path, hint?: string): FieldIssue => ({
    code: "patch-of-identity",
    message: `${path.join(".")} belongs to Fairway`,
    hint: hint ?? "leave it as it is",
    path,
  });
  const fields = identity
    .filter(({ path, kind }) => (kind ?? before["kind"]) === before["kind"] && !same(before, after, path))
    .map(({ path, hint }) => issue(path, hint));
  const labels = labelPaths.flatMap((path) => {
    const maps = [at(before, ...path), at(after, ...path)].map((map): JsonObject => (isObject(map) ? map : {}));
    const keys = new Set(maps.flatMap((map) => Object.keys(map)));
    return [...keys]
      .filter((key) => reservedKey(key) && !same(before, after, [...path, key]))
      .map((key) => issue([...path, key]));
  });
  return [...fields, ...labels];
}

function same(before: JsonObject, after: JsonObject, path: readonly string[]): boolean {
  return equalJson(at(before, ...path), at(after, ...path));
}

/** The operation that last wrote at or above a path, or below it. */
function operationAt(operations: Json, path: Path): Path {
  const pointer = `/${path.join("/")}/`;
  const list = Array.isArray(operations) ? operations : [];
  const index = list.findLastIndex((operation) => {
    const written = `${String(at(operation, "path")).replaceAll("~1", "/").replaceAll("~0", "~")}/`;
    return pointer.startsWith(written) || written.startsWith(pointer);
  });
  return index === -1 ? ["json"] : ["json", index];
}
