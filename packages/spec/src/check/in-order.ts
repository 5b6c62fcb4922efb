import type { Issue } from "../service-spec.ts";
import type { Source } from "../toml/source.ts";
import type { RangedIssue } from "./shape-issues.ts";

/** More issues than this in one file are not reported. */
const maxIssues = 200;

/** Issues with their places, each once, in the order of the file, the first 200. */
export function inOrder(source: Source, found: readonly RangedIssue[]): readonly Issue[] {
  const seen = new Set<string>();
  return found
    .map(({ range, ...issue }) => ({ ...issue, ...source.placeOf(range) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .filter((issue) => {
      const key = `${issue.line}:${issue.column}:${issue.message}`;
      return !seen.has(key) && seen.add(key);
    })
    .slice(0, maxIssues);
}
