import { hostileKeys } from "../check/hostile-keys.ts";
import { inOrder } from "../check/in-order.ts";
import { shapeIssues } from "../check/shape-issues.ts";
import type { Parsed } from "../service-spec.ts";
import { readToml } from "../toml/read-toml.ts";
import { plainValue } from "../toml/tree.ts";
import { profileDefinition } from "./profile-definition.ts";
import { profileMeaningIssues } from "./profile-meaning-issues.ts";
import type { Rule } from "./profile-settings.ts";
import { type ProfileLayer, type ProfileToml, profileSchema } from "./profile-toml.ts";

/** The platform owner's defaults, whole. Take one place's part with `settingsFor`. */
export interface Profile {
  /** What holds everywhere; what it leaves out holds from the built-in profile. */
  readonly base: ProfileLayer;
  readonly environments: ReadonlyMap<string, ProfileLayer>;
  readonly clusters: ReadonlyMap<string, ProfileLayer>;
  readonly services: ReadonlyMap<string, ProfileLayer>;
  readonly rules: readonly Rule[];
}

/** The profile that says nothing: everything holds from the built-in one. */
export const emptyProfile: Profile = {
  base: {},
  environments: new Map(),
  clusters: new Map(),
  services: new Map(),
  rules: [],
};

/**
 * Reads a profile: all issues at once (the first 200), in the order of their places, or the file's meaning.
 *
 * Codes: those of `parseAppToml` for what any file may have, `not-overridable`, `unknown-placeholder`, `reserved-name`,
 * `unknown-field`, `bad-pattern`, `duplicate-rule`, `not-together`, `missing`.
 */
export function parseProfile(text: string): Parsed<Profile> {
  const read = readToml(text);
  if (!read.ok) return read;
  const { root, source } = read;
  const shape = profileSchema.safeParse(plainValue(root, ({ value }) => value));
  const found = [
    ...hostileKeys(root),
    ...(shape.success ? [] : shapeIssues(profileDefinition, root, shape.error.issues)),
    ...profileMeaningIssues(root),
  ];
  if (!shape.success || found.length > 0) return { ok: false, issues: inOrder(source, found) };
  const { rules = [], envs, clusters, services, ...base } = shape.data;
  return {
    ok: true,
    value: {
      base,
      environments: new Map(Object.entries(envs ?? {})),
      clusters: new Map(Object.entries(clusters ?? {})),
      services: new Map(Object.entries(services ?? {})),
      rules: rules.map(ruleOf),
    },
  };
}

function ruleOf(rule: NonNullable<ProfileToml["rules"]>[number]): Rule {
  const { name, environments = [], kinds = [], field, message } = rule;
  return { name, environments, kinds, field, message, require: requirementOf(rule) };
}

function requirementOf(rule: NonNullable<ProfileToml["rules"]>[number]): Rule["require"] {
  if (rule.absent === true) return { type: "absent" };
  if (rule.min !== undefined) return { type: "min", value: rule.min };
  if (rule.max !== undefined) return { type: "max", value: rule.max };
  if (rule.matches !== undefined) return { type: "matches", pattern: rule.matches };
  if (rule.one_of !== undefined) return { type: "one-of", values: rule.one_of };
  return { type: "present" };
}
