import type { TomlTable } from "../toml/tree.ts";
import type { RangedIssue } from "./shape-issues.ts";

/** Objects treat the key `__proto__` in ways of their own, so that a check by schema could overlook it. */
export function hostileKeys(root: TomlTable): readonly RangedIssue[] {
  return [...root.entries].flatMap(([key, { key: range, node }]): readonly RangedIssue[] => [
    ...(key === "__proto__"
      ? [{ code: "unknown-key", message: 'unknown key "__proto__"', range, hint: "take another name" }]
      : []),
    ...(node.type === "table" ? hostileKeys(node) : []),
    ...(node.type === "list" ? node.items.flatMap((item) => (item.type === "table" ? hostileKeys(item) : [])) : []),
  ]);
}
