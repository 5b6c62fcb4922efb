import { isSettings, type Settings, type SettingValue } from "../app-toml/settings.ts";
import type { PatchPart } from "./translated.ts";

/** What a service's container is called in what Fairway renders. */
const containerName = "app";

/** `[[kubernetes.patches]]`: one merge for each kind, and what can only be said by operations. */
export function patchesOf(parts: readonly PatchPart[]): readonly Settings[] {
  const merges = new Map<string, Settings>();
  const operations = new Map<string, { readonly target: Settings; readonly json: Settings[] }>();
  for (const part of parts) {
    const kind = part.on === "object" ? part.kind : "Deployment";
    if (part.on === "object" && "operation" in part) {
      const target: Settings = { kind, ...(part.name === undefined ? {} : { name: part.name }) };
      const known = operations.get(JSON.stringify(target)) ?? { target, json: [] };
      known.json.push(part.operation);
      operations.set(JSON.stringify(target), known);
    } else {
      const merge =
        part.on === "object"
          ? part.merge
          : podMerge(part.on === "pod" ? part.merge : { containers: [{ name: containerName, ...part.merge }] });
      merges.set(kind, merged(merges.get(kind) ?? {}, merge));
    }
  }
  return [
    ...[...merges].map(([kind, merge]) => ({ kind, merge })),
    ...[...operations.values()].map(({ target, json }) => ({ ...target, json })),
  ];
}

function podMerge(spec: Settings): Settings {
  return { spec: { template: { spec } } };
}

/** Tables key by key, lists whose items have names item by item, other lists one after the other. */
function merged(a: Settings, b: Settings): Settings {
  const result: Record<string, SettingValue> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const old = Object.hasOwn(result, key) ? result[key] : undefined;
    if (isSettings(old) && isSettings(value)) result[key] = merged(old, value);
    else if (Array.isArray(old) && Array.isArray(value)) result[key] = mergedLists(old, value);
    else result[key] = value;
  }
  return result;
}

function mergedLists(a: readonly SettingValue[], b: readonly SettingValue[]): readonly SettingValue[] {
  const result = [...a];
  for (const item of b) {
    const name = isSettings(item) ? item["name"] : undefined;
    const at = result.findIndex((one) => isSettings(one) && name !== undefined && one["name"] === name);
    const old = result[at];
    // A container's mounts may share a volume: they are told apart by their paths.
    if (isSettings(old) && isSettings(item) && old["mountPath"] === item["mountPath"]) result[at] = merged(old, item);
    else result.push(item);
  }
  return result;
}
