import { inOrder } from "../check/in-order.ts";
import type { RangedIssue } from "../check/shape-issues.ts";
import type { Issue } from "../service-spec.ts";
import { readToml } from "../toml/read-toml.ts";
import type { Range } from "../toml/source.ts";
import { nodeAt, type TomlNode, type TomlTable } from "../toml/tree.ts";

/** An issue that knows the field it is about, as app.toml names it, and not yet where that stands. */
export interface FieldIssue extends Pick<Issue, "code" | "message" | "hint"> {
  readonly path: readonly (string | number)[];
}

/**
 * Issues with the places of their fields in an app.toml: below `[envs.<environment>]` where the field is set there, else
 * where the base sets it, else at the nearest table that is there, else at the top of the file. In the order of the file.
 *
 * @param text An app.toml that parses.
 */
export function placesInAppToml(text: string, environment: string, issues: readonly FieldIssue[]): readonly Issue[] {
  const read = readToml(text);
  if (!read.ok) return issues.map(({ path: _, ...issue }) => ({ ...issue, line: 1, column: 1, length: 1 }));
  const { root, source } = read;
  return inOrder(
    source,
    issues.map(({ path, ...issue }): RangedIssue => ({ ...issue, range: rangeOf(root, environment, path) })),
  );
}

function rangeOf(root: TomlTable, environment: string, path: FieldIssue["path"]): Range {
  const override = nodeAt(root, ["envs", environment])?.node;
  for (let length = path.length; length > 0; length -= 1) {
    for (const from of [override, root]) {
      const found = from && rangeAt(from, path.slice(0, length));
      if (found !== undefined) return found;
    }
  }
  return [0, 0];
}

function rangeAt(from: TomlNode, path: FieldIssue["path"]): Range | undefined {
  let found: { readonly node: TomlNode; readonly range: Range } | undefined = { node: from, range: [0, 0] };
  for (const step of path) {
    // A table where a list may stand too is its only item.
    if (typeof step === "number" && found?.node.type === "table") continue;
    const next: ReturnType<typeof nodeAt> = found && nodeAt(found.node, [step]);
    found = next && {
      node: next.node,
      range: next.node.type === "table" ? (next.key ?? next.node.range) : next.node.range,
    };
  }
  return found?.range;
}
