import { contractsWithoutDependency, reservedName, unknownEnvironments } from "./check/file-rules.ts";
import { hostileKeys } from "./check/hostile-keys.ts";
import { inOrder } from "./check/in-order.ts";
import { rules } from "./check/rules/rules.ts";
import { type RangedIssue, shapeIssues } from "./check/shape-issues.ts";
import { expandChecks } from "./expand-checks.ts";
import { resolve } from "./resolve.ts";
import { appTomlSchema, maxEnvironments, settingsSchema } from "./schema/app-toml.ts";
import { appTomlDefinition } from "./schema/app-toml-definition.ts";
import type { Issue, Parsed, ServiceSpec } from "./service-spec.ts";
import { keyAt, tablesAt } from "./toml/look-up.ts";
import { mergeTables } from "./toml/merge-tables.ts";
import { readToml } from "./toml/read-toml.ts";
import type { Range } from "./toml/source.ts";
import { plainValue, type TomlNode, type TomlScalar, type TomlTable } from "./toml/tree.ts";
import { undeliverable } from "./undeliverable.ts";

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

/** Settings times environments; more cost seconds. A service has some hundred times ten. */
const maxMerged = 400_000;

export interface ParseOptions {
  /** The environments that exist, where they are known: `[envs.<name>]` that nearly is one of them is then an issue; any other name is allowed. */
  readonly environments?: readonly string[];
  /** Whether a service may not have this name; by default every name may be had. */
  readonly isReserved?: (name: string) => boolean;
  /** Names of the files in the folder `rpc/` beside app.toml: `pay.brief`. */
  readonly contracts?: readonly string[];
}

/**
 * Reads app.toml: all issues at once (the first 200), in the order of their places, or the file's meaning. What each code
 * means stands in docs/reference/app-toml-issues.md.
 */
export function parseAppToml(text: string, options: ParseOptions = {}): Parsed<AppToml> {
  const { environments: known = [], isReserved = () => false, contracts = [] } = options;
  const read = readToml(text);
  if (!read.ok) return read;
  const { root, source } = read;
  const shape = appTomlSchema.safeParse(plainValue(root, scalarValue));
  const found: RangedIssue[] = [
    ...hostileKeys(root),
    ...(shape.success ? [] : shapeIssues(appTomlDefinition, root, shape.error.issues)),
    ...unknownEnvironments(root, known),
    ...reservedName(root, isReserved),
    ...contractsWithoutDependency(root, contracts),
  ];

  const { base, environments: written } = partsOf(root);
  const settings = sizeOf(base) * written.length;
  const environments = settings > maxMerged ? [] : written;
  if (settings > maxMerged) {
    found.push({
      code: "too-large",
      message: `the file has ${sizeOf(base)} settings, and ${written.length} environments that each repeat them`,
      range: keyAt(root, "envs") ?? [0, 0],
      hint: "keep data in files of its own; app.toml only configures the service",
    });
  }
  const specOf = (tree: TomlTable): ServiceSpec | undefined => {
    const broken = rules.flatMap((rule) => rule(tree));
    // What a misspelled or misshapen key leaves missing is not missing.
    found.push(...(shape.success ? broken : broken.filter(({ code }) => code !== "missing")));
    if (!shape.success) return undefined;
    const checked = settingsSchema.safeParse(plainValue(tree, scalarValue));
    if (!checked.success) found.push(...shapeIssues(appTomlDefinition, tree, checked.error.issues));
    return checked.success && broken.length === 0 ? resolve(checked.data) : undefined;
  };
  const spec = specOf(base);
  const ofBase = new Set(found.map(({ message, range }) => `${range[0]} ${message}`));
  const specs = new Map<string, ServiceSpec>();
  for (const [environment, over] of environments) {
    const before = found.length;
    const ofEnvironment = specOf(mergeTables(base, over));
    if (ofEnvironment !== undefined) specs.set(environment, ofEnvironment);
    for (const issue of found.splice(before)) {
      const same = ofBase.has(`${issue.range[0]} ${issue.message}`);
      // Right where it stands, and wrong with what the environment says: then that must be told.
      const stands = !same && isIn(base, issue.range);
      found.push(stands ? { ...issue, message: `${issue.message}, with [envs.${environment}]` } : issue);
    }
  }
  if (spec === undefined || found.length > 0) return { ok: false, issues: inOrder(source, found) };
  const undelivered = new Map<string | undefined, readonly Issue[]>();
  for (const [environment, over] of [[undefined, base] as const, ...environments]) {
    const merged = environment === undefined ? base : mergeTables(base, over);
    undelivered.set(environment, inOrder(source, undeliverable(merged, contracts)));
  }
  return { ok: true, value: { name: spec.name, base: spec, environments: specs, undeliverable: undelivered } };
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

/** The file without `[envs]`, and what each environment lays over it. */
function partsOf(root: TomlTable): {
  readonly base: TomlTable;
  readonly environments: readonly (readonly [name: string, over: TomlTable])[];
} {
  const base: TomlTable = { ...root, entries: new Map([...root.entries].filter(([key]) => key !== "envs")) };
  const environments = [...tablesAt(root, "envs")].slice(0, maxEnvironments);
  return { base: expandChecks(base), environments: environments.map(([name, over]) => [name, expandChecks(over)]) };
}

/** Keys and items. */
function sizeOf(node: TomlNode): number {
  const children =
    node.type === "table"
      ? [...node.entries.values()].map((entry) => entry.node)
      : node.type === "list"
        ? node.items
        : [];
  return children.reduce((sum, child) => sum + sizeOf(child), children.length);
}

/** Whether something at this place is part of the tree. */
function isIn(node: TomlNode, range: Range): boolean {
  if (node.range === range) return true;
  if (node.type === "table")
    return [...node.entries.values()].some((entry) => entry.key === range || isIn(entry.node, range));
  return node.type === "list" && node.items.some((item) => isIn(item, range));
}

/**
 * Numbers and booleans under `env` become the text that was written: `1.50` stays `1.50`. Objects of Kubernetes hold times as
 * text.
 */
function scalarValue(scalar: TomlScalar, path: readonly (string | number)[]): unknown {
  const [table, ...below] = path[0] === "envs" ? path.slice(2) : path;
  if (table === "env" && below.length === 1 && scalar.type !== "date") return scalar.text;
  return table === "kubernetes" && scalar.type === "date" ? scalar.text : scalar.value;
}
