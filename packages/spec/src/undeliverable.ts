import { contractOf } from "./check/file-rules.ts";
import type { RangedIssue } from "./check/shape-issues.ts";
import { itemsAt, keyAt, textAt } from "./toml/look-up.ts";
import type { Range } from "./toml/source.ts";
import type { TomlTable } from "./toml/tree.ts";

/** What one environment asks for that this version cannot deliver. */
export function undeliverable(settings: TomlTable, contracts: readonly string[]): readonly RangedIssue[] {
  const filled = (...path: readonly string[]): Range | undefined =>
    itemsAt(settings, ...path).length > 0 ? keyAt(settings, ...path) : undefined;
  const dependencies = itemsAt(settings, "dependencies").flatMap((dependency) => textAt(dependency, "name") ?? []);
  const copied = new Set(contracts.map(contractOf));
  return [
    ...issue(filled("storages"), "[[storages]]: databases, queues and stores"),
    ...issue(filled("events"), "[[events]]: a data bus"),
    ...issue(filled("secrets", "required"), "[secrets]: secrets"),
    ...dependencies
      .filter(({ value }) => copied.has(value))
      .flatMap(({ value, range }) => issue(range, `rpc/${value}.brief: checking calls against a contract`)),
  ];
}

function issue(range: Range | undefined, what: string): readonly RangedIssue[] {
  if (range === undefined) return [];
  const hint = "it is checked already; to deploy now, take it out";
  return [{ code: "not-deliverable-yet", message: `${what} cannot be had from this version of Fairway`, range, hint }];
}
