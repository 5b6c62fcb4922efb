import { itemsAt, keyAt, keysAt, textAt } from "../../toml/look-up.ts";
import { nodeAt, type TomlNode } from "../../toml/tree.ts";
import { anyOf, quote } from "../quote.ts";
import type { RangedIssue } from "../shape-issues.ts";
import type { Rule } from "./rule.ts";

export const patchRules: Rule = (settings) =>
  itemsAt(settings, "kubernetes", "patches").flatMap((patch) => [
    ...changeIssues(patch),
    ...identityIssues(patch),
    ...numberIssues(patch),
    ...itemsAt(patch, "json").flatMap(operationIssues),
  ]);

function changeIssues(patch: TomlNode): readonly RangedIssue[] {
  const merge = keyAt(patch, "merge");
  const json = keyAt(patch, "json");
  if (merge !== undefined && json !== undefined) {
    return [
      {
        code: "not-together",
        message: '"merge" and "json" cannot stand together in one of [[kubernetes.patches]]',
        range: json,
        hint: "write two patches, [[kubernetes.patches]] above each",
      },
    ];
  }
  if (merge !== undefined || json !== undefined) return [];
  return [
    {
      code: "missing",
      message: '"merge" or "json" is missing in [[kubernetes.patches]]',
      range: patch.range,
      hint: "add a line: merge = { spec = { revisionHistoryLimit = 2 } }",
    },
  ];
}

/** What makes an object this one. */
function identityIssues(patch: TomlNode): readonly RangedIssue[] {
  const fixed = [["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"]];
  const pointers = new Set(fixed.map((path) => `/${path.join("/")}`));
  const issue = (field: string, range: RangedIssue["range"]): RangedIssue => ({
    code: "patch-of-identity",
    message: `a patch cannot change ${quote(field)}: it is what makes an object this one`,
    range,
    hint: "take it out; a further object stands in kubernetes/*.yaml",
  });
  return [
    ...fixed.flatMap((path) => {
      const range = keyAt(patch, "merge", ...path);
      return range === undefined ? [] : [issue(path.join("."), range)];
    }),
    ...itemsAt(patch, "json").flatMap((operation) => {
      const path = textAt(operation, "path");
      const changes = path !== undefined && textAt(operation, "op")?.value !== "test" && pointers.has(path.value);
      return changes ? [issue(path.value.slice(1).replaceAll("/", "."), path.range)] : [];
    }),
  ];
}

/** JSON has no such numbers. */
function numberIssues(node: TomlNode): readonly RangedIssue[] {
  if (node.type === "table") return [...node.entries.values()].flatMap((entry) => numberIssues(entry.node));
  if (node.type === "list") return node.items.flatMap(numberIssues);
  if (typeof node.value !== "number" || Number.isFinite(node.value)) return [];
  return [
    {
      code: "bad-value",
      message: `an object cannot hold the number ${node.text}`,
      range: node.range,
      hint: "Kubernetes objects are JSON, which has only finite numbers",
    },
  ];
}

function operationIssues(operation: TomlNode): readonly RangedIssue[] {
  const op = textAt(operation, "op");
  if (op === undefined) return [];
  const needs = op.value === "move" || op.value === "copy" ? "from" : op.value === "remove" ? undefined : "value";
  const given = keysAt(operation).filter(({ value }) => value === "from" || value === "value");
  return [
    ...given
      .filter(({ value }) => value !== needs)
      .map(({ value, range }) => ({
        code: "not-together",
        message: `the operation ${quote(op.value)} takes no ${quote(value)}`,
        range,
        hint: needs === undefined ? "take it out" : `take it out; it needs ${quote(needs)}`,
      })),
    ...(needs === undefined || nodeAt(operation, [needs]) !== undefined || !operations.includes(op.value)
      ? []
      : [
          {
            code: "missing",
            message: `the operation ${quote(op.value)} needs ${quote(needs)}`,
            range: op.range,
            hint: needs === "from" ? 'add from = "/spec/x"' : `add value = ..., or did you mean ${anyOf(["remove"])}?`,
          },
        ]),
  ];
}

const operations: readonly string[] = ["add", "replace", "test", "move", "copy", "remove"];
