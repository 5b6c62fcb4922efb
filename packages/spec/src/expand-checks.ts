import { nodeAt, type TomlTable } from "./toml/tree.ts";

/** `live = "/live"` is short for `live = { path = "/live" }`: the long form merges with what an environment says. */
export function expandChecks(settings: TomlTable): TomlTable {
  const health = nodeAt(settings, ["health"]);
  if (health?.node.type !== "table") return settings;
  const entries = [...health.node.entries].map(([name, entry]): [string, typeof entry] => {
    const { key, node } = entry;
    if (node.type !== "text") return [name, entry];
    return [name, { key, node: { type: "table", range: node.range, entries: new Map([["path", { key, node }]]) } }];
  });
  const expanded: TomlTable = { ...health.node, entries: new Map(entries) };
  return {
    ...settings,
    entries: new Map(settings.entries).set("health", { key: health.key ?? health.node.range, node: expanded }),
  };
}
