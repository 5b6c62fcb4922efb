import { quote } from "../check/quote.ts";
import { quantity } from "../formats/quantity.ts";
import type { ServiceSpec } from "../service-spec.ts";
import type { ProfileSettings, Rule } from "./profile-settings.ts";
import { longestMatched, rulePattern } from "./rule-pattern.ts";

/** What a service does that its platform's owner does not allow. */
export interface BrokenRule {
  /** `rule-broken`, `image-not-allowed`, `domain-not-allowed`. */
  readonly code: string;
  /** For people: of a rule, the owner's own words and the rule's name. */
  readonly message: string;
  readonly hint: string;
  /** Where it is written in app.toml, below `[envs.<name>]` or at the top; see `fieldPlace`. */
  readonly path: readonly (string | number)[];
}

/** Everything that a service breaks in one environment, rules in their order first. Empty: it may be released. */
export function brokenRules(spec: ServiceSpec, settings: ProfileSettings, environment: string): readonly BrokenRule[] {
  return [
    ...settings.rules.flatMap((rule) => brokenRule(rule, spec, environment)),
    ...brokenImages(spec, settings),
    ...brokenDomains(spec, settings),
  ];
}

function brokenRule(rule: Rule, spec: ServiceSpec, environment: string): readonly BrokenRule[] {
  if (rule.environments.length > 0 && !rule.environments.includes(environment)) return [];
  if (rule.kinds.length > 0 && !rule.kinds.includes(spec.kind)) return [];
  const path = rule.field.split(".");
  const found = valuesAt(asWritten(spec), path, []);
  return brokenPaths(rule.require, found, path).map((broken) => ({
    code: "rule-broken",
    message: `${rule.message} (rule ${rule.name})`,
    hint: `${rule.field} ${wanted(rule.require)}`,
    path: broken,
  }));
}

interface Found {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

/** Where app.toml's words differ from the spec's. */
function asWritten(spec: ServiceSpec): unknown {
  return { ...spec, events: spec.events.map(({ direction, name, schema }) => ({ [direction]: name, schema })) };
}

/** The values of a field; of a list, those of every item. */
function valuesAt(from: unknown, [key, ...rest]: readonly string[], path: Found["path"]): readonly Found[] {
  if (Array.isArray(from) && key !== undefined) {
    return from.flatMap((item: unknown, index) => valuesAt(item, [key, ...rest], [...path, index]));
  }
  if (key === undefined) return [{ value: from, path }];
  if (typeof from !== "object" || from === null) return [];
  const entry = Object.entries(from).find(([name]) => name === key);
  return entry === undefined ? [] : valuesAt(entry[1], rest, [...path, key]);
}

function isThere(value: unknown): boolean {
  if (value === undefined || value === false || value === "") return false;
  if (typeof value !== "object" || value === null) return true;
  return Array.isArray(value) ? value.length > 0 : Object.values(value).some((inner) => inner !== undefined);
}

/** Of a field that is not there, only `present` is broken. */
function brokenPaths(require: Rule["require"], all: readonly Found[], path: Found["path"]): readonly Found["path"][] {
  const there = all.filter(({ value }) => isThere(value));
  // A check that is switched off is not there; to a rule about values, `false` is one.
  const found = all.filter(({ value }) => isThere(value) || value === false);
  switch (require.type) {
    case "present":
      return there.length === 0 ? [path] : [];
    case "absent":
      return there.slice(0, 1).map((one) => one.path);
    case "min":
      return where(found, (value) => !(numbersOf(value).least >= require.value));
    case "max":
      return where(found, (value) => !(numbersOf(value).most <= require.value));
    case "matches": {
      const pattern = rulePattern(require.pattern);
      const fits = (text: string) => text.length <= longestMatched && pattern.ok && pattern.found(text);
      return where(found, (value) => !items(value).every((item) => fits(String(item))));
    }
    case "one-of":
      return where(found, (value) => !items(value).every((item) => require.values.some((one) => one === item)));
  }
}

function where(found: readonly Found[], broken: (value: unknown) => boolean): readonly Found["path"][] {
  return found.filter(({ value }) => broken(value)).map(({ path }) => path);
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The smallest and largest number that a value may mean: a range of replicas is two, a quantity is cores or bytes. */
function numbersOf(value: unknown): { readonly least: number; readonly most: number } {
  if (typeof value === "object" && value !== null && "min" in value && "max" in value) {
    return { least: Number(value.min), most: Number(value.max) };
  }
  const number =
    typeof value === "string" ? (quantity(value) ?? Number.NaN) : typeof value === "number" ? value : Number.NaN;
  return { least: number, most: number };
}

function wanted(require: Rule["require"]): string {
  switch (require.type) {
    case "present":
      return "must be there";
    case "absent":
      return "must not be there";
    case "min":
      return `must be at least ${require.value}`;
    case "max":
      return `must be at most ${require.value}`;
    case "matches":
      return `must match ${quote(require.pattern)}`;
    case "one-of":
      return `must be one of ${require.values.join(", ")}`;
  }
}

function brokenImages({ build }: ServiceSpec, { images }: ProfileSettings): readonly BrokenRule[] {
  if (images.allowed.length === 0) return [];
  return (["image", "base"] as const).flatMap((key) => {
    const reference = build[key];
    if (reference === undefined || images.allowed.some((beginning) => beginsWith(reference, beginning))) return [];
    return [
      {
        code: "image-not-allowed",
        message: `images may not come from ${quote(reference)}`,
        hint: `the platform allows what begins with ${images.allowed.join(", ")}`,
        path: ["build", key],
      },
    ];
  });
}

/** Whether a reference begins with whole parts of another: `example.com/team` allows `example.com/team/app`, not `example.com/teammate`. */
function beginsWith(reference: string, beginning: string): boolean {
  const [whole, part] = [withRegistry(reference), withRegistry(beginning)];
  return whole.startsWith(part) && (/[/:@]$/.test(part) || /^([/:@]|$)/.test(whole.slice(part.length)));
}

/** A reference without a host is one of Docker's registry. */
function withRegistry(reference: string): string {
  const [host = "", ...rest] = reference.split("/");
  if (rest.length === 0) return /[.]/.test(host.split(":")[0] ?? "") ? reference : `docker.io/library/${reference}`;
  return /[.:]/.test(host) || host === "localhost" ? reference : `docker.io/${reference}`;
}

function brokenDomains(spec: ServiceSpec, { public: { domains } }: ProfileSettings): readonly BrokenRule[] {
  if (domains.length === 0) return [];
  return spec.public.flatMap(({ host }, index) =>
    domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
      ? []
      : [
          {
            code: "domain-not-allowed",
            message: `public hosts may not be ${quote(host)}`,
            hint: `the platform allows ${domains.join(", ")} and what is below`,
            path: ["public", index, "host"],
          },
        ],
  );
}
