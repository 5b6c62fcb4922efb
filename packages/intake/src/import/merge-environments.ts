import { isSettings, type Settings, type SettingValue } from "../app-toml/settings.ts";
import { mergeSettings } from "./translated.ts";

/** One service as it is in one environment. */
export interface EnvironmentSettings {
  readonly environment: string;
  readonly settings: Settings;
}

/** Fields that no environment may have of its own. */
const same = new Set(["name", "kind"]);

/**
 * One app.toml of several environments: what all have stands at the top, as the first has it, and what differs in
 * `[envs.<name>]`. A field that some environment lacks is not at the top, since an environment cannot take it away.
 */
export function mergeEnvironments(all: readonly EnvironmentSettings[]): Settings {
  const [first] = all;
  if (first === undefined || all.length === 1) return first?.settings ?? {};
  const fixed = Object.fromEntries(Object.entries(first.settings).filter(([key]) => same.has(key)));
  const rest = withDefaults(all.map(({ settings }) => settings)).map((settings) =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => !same.has(key))),
  );
  const base = common(rest);
  const envs = Object.fromEntries(
    all.flatMap(({ environment }, index): [string, Settings][] => {
      const own = difference(rest[index] ?? {}, base);
      return Object.keys(own).length === 0 ? [] : [[environment, own]];
    }),
  );
  return { ...fixed, ...base, ...(Object.keys(envs).length === 0 ? {} : { envs }) };
}

/** What app.toml means by silence; written out where another environment is not silent. */
const defaults: readonly Settings[] = [
  { replicas: 1 },
  { engine: { size: "small" } },
  { run: { port: 8080 } },
  { run: { grace: 30 } },
];

function withDefaults(all: readonly Settings[]): readonly Settings[] {
  const said = defaults.filter((byDefault) => all.some((settings) => says(settings, byDefault)));
  return all.map((settings) => said.reduce((one, byDefault) => mergeSettings(byDefault, one), settings));
}

/** Whether the settings have the fields of `pattern`, whatever stands there. */
function says(settings: Settings, pattern: Settings): boolean {
  return Object.entries(pattern).every(([key, inner]) => {
    const found = Object.hasOwn(settings, key) ? settings[key] : undefined;
    return isSettings(inner) ? isSettings(found) && says(found, inner) : found !== undefined;
  });
}

function common(all: readonly Settings[]): Settings {
  const [first = {}] = all;
  return Object.fromEntries(
    Object.entries(first).flatMap(([key, value]): [string, SettingValue][] => {
      const values = all.map((one) => (Object.hasOwn(one, key) ? one[key] : undefined));
      if (values.some((one) => one === undefined)) return [];
      const tables = values.filter(isSettings);
      if (tables.length < values.length) return [[key, value]];
      const shared = common(tables);
      return Object.keys(shared).length === 0 ? [] : [[key, shared]];
    }),
  );
}

/** What must be laid over `base` to get `settings`. */
function difference(settings: Settings, base: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]): [string, SettingValue][] => {
      const old = Object.hasOwn(base, key) ? base[key] : undefined;
      if (isSettings(value) && isSettings(old)) {
        const inner = difference(value, old);
        return Object.keys(inner).length === 0 ? [] : [[key, inner]];
      }
      return JSON.stringify(value) === JSON.stringify(old) ? [] : [[key, value]];
    }),
  );
}
