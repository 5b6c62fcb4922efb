import { hostileKeys } from "./check/hostile-keys.ts";
import { inOrder } from "./check/in-order.ts";
import { meaningIssues } from "./check/meaning-issues.ts";
import { readyImageIssues } from "./check/ready-image-issues.ts";
import { type RangedIssue, shapeIssues } from "./check/shape-issues.ts";
import { merge } from "./merge.ts";
import { resolve } from "./resolve.ts";
import { appTomlSchema, settingsSchema } from "./schema/app-toml.ts";
import { appTomlDefinition } from "./schema/app-toml-definition.ts";
import type { Issue, Parsed, ServiceSpec } from "./service-spec.ts";
import { readToml } from "./toml/read-toml.ts";
import { nodeAt, plainValue, type TomlScalar, type TomlTable } from "./toml/tree.ts";

/** A whole app.toml, checked for every environment that it mentions. Take one environment's part with `specFor`. */
export interface AppToml {
  readonly name: string;
  /** What holds in environments without `[envs.<name>]`. */
  readonly base: ServiceSpec;
  /** By the names under `[envs]`. */
  readonly environments: ReadonlyMap<string, ServiceSpec>;
  /** What this version cannot deliver, by environment; `undefined` is the base. See `notDeliverableYet`. */
  readonly undeliverable: ReadonlyMap<string | undefined, readonly Issue[]>;
}

/**
 * Reads app.toml: all issues at once (the first 200), in the order of their places, or the file's meaning.
 *
 * Codes: `too-large`, `too-deep`, `syntax` (each alone), `unknown-key`, `not-supported-yet`, `not-overridable`, `wrong-type`,
 * `bad-value`, `missing`, `not-together`, `dependency-on-itself`, `duplicate-dependency`, `reserved-env-name`, `unknown-environment`,
 * `reserved-name`.
 *
 * @param options.environments The environments that exist, where they are known: `[envs.<name>]` that nearly is one of
 *   them is then an issue; any other name is allowed.
 * @param options.isReserved Whether a service may not have this name; by default every name may be had.
 */
export function parseAppToml(
  text: string,
  options: {
    readonly environments?: readonly string[];
    readonly isReserved?: (name: string) => boolean;
  } = {},
): Parsed<AppToml> {
  const read = readToml(text);
  if (!read.ok) return read;
  const { root, source } = read;
  const refuse = (found: readonly RangedIssue[]): Parsed<AppToml> => ({ ok: false, issues: inOrder(source, found) });

  const shape = appTomlSchema.safeParse(plainValue(root, variablesAsText));
  const found = [
    ...hostileKeys(root),
    ...(shape.success ? [] : shapeIssues(appTomlDefinition, root, shape.error.issues)),
    ...meaningIssues(root, options.environments ?? []),
    ...reservedName(root, options.isReserved),
  ];
  if (!shape.success || found.length > 0) return refuse(found);

  const { envs = {}, ...settings } = shape.data;
  const merged: RangedIssue[] = [];
  const specOf = (over: unknown, rootOf: TomlTable): ServiceSpec | undefined => {
    const checked = settingsSchema.safeParse(merge(settings, over));
    if (checked.success) {
      const spec = resolve(checked.data);
      merged.push(...commandMissing(rootOf, root, spec), ...readyImageIssues(rootOf, root, checked.data));
      return spec;
    }
    merged.push(...shapeIssues(appTomlDefinition, rootOf, checked.error.issues));
    return undefined;
  };
  const base = specOf(undefined, root);
  const environments = new Map<string, ServiceSpec>();
  for (const [environment, over] of Object.entries(envs)) {
    const node = nodeAt(root, ["envs", environment])?.node;
    const spec = specOf(over, node?.type === "table" ? node : root);
    if (spec !== undefined) environments.set(environment, spec);
  }
  if (base === undefined || merged.length > 0) return refuse(merged);
  return { ok: true, value: { name: base.name, base, environments, undeliverable: new Map() } };
}

/** The settings of one environment; those at the top of the file where it has no `[envs.<name>]`. */
export function specFor(appToml: AppToml, environment: string): ServiceSpec {
  return appToml.environments.get(environment) ?? appToml.base;
}

/**
 * What one environment asks for that this version of Fairway cannot deliver yet, each with its place (code
 * `not-deliverable-yet`). The file is valid; a release of it must be refused, so that nothing is half rendered.
 */
export function notDeliverableYet(appToml: AppToml, environment: string): readonly Issue[] {
  const named = appToml.environments.has(environment) ? environment : undefined;
  return appToml.undeliverable.get(named) ?? [];
}

/** Numbers and booleans under `env` become the text that was written: `1.50` stays `1.50`. */
function variablesAsText(scalar: TomlScalar, path: readonly (string | number)[]): unknown {
  const inBase = path[0] === "envs" ? path.slice(2) : path;
  const isVariable = inBase.length === 2 && inBase[0] === "env" && scalar.type !== "date";
  return isVariable ? scalar.text : scalar.value;
}

/** Engines without a usual way to start need `[run] command`. */
function commandMissing(of: TomlTable, root: TomlTable, spec: ServiceSpec): readonly RangedIssue[] {
  const example = { php: '["php", "-S", ...]', python: '["python3", "main.py"]' } as const;
  const engine = spec.engine.name;
  if (spec.run.command !== undefined || (engine !== "php" && engine !== "python")) return [];
  const named = nodeAt(of, ["engine", "name"]) ?? nodeAt(root, ["engine", "name"]);
  return [
    {
      code: "missing",
      message: `the engine "${engine}" needs a command under [run]`,
      range: named?.node.range ?? [0, 0],
      hint: `for example, under [run]: command = ${example[engine]}`,
    },
  ];
}

function reservedName(root: TomlTable, isReserved: (name: string) => boolean = () => false): readonly RangedIssue[] {
  const name = nodeAt(root, ["name"])?.node;
  if (name?.type !== "text" || !isReserved(name.text)) return [];
  return [
    {
      code: "reserved-name",
      message: `a service cannot be called "${name.text}": this namespace belongs to Kubernetes or to the platform`,
      range: name.range,
      hint: "choose another name",
    },
  ];
}
