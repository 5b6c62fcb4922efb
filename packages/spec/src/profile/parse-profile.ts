import { hostileKeys } from "../check/hostile-keys.ts";
import { inOrder } from "../check/in-order.ts";
import { shapeIssues } from "../check/shape-issues.ts";
import type { Parsed } from "../service-spec.ts";
import { tablesAt } from "../toml/look-up.ts";
import { readToml } from "../toml/read-toml.ts";
import { plainValue, type TomlTable } from "../toml/tree.ts";
import { profileDefinition } from "./profile-definition.ts";
import { profileMeaningIssues } from "./profile-meaning-issues.ts";
import type { Rule } from "./profile-settings.ts";
import { type ProfileToml, profileSchema } from "./profile-toml.ts";

/** The platform owner's defaults, whole: the layers as they were read, checked. Take one place's part with `settingsFor`. */
export interface Profile {
  /** What holds everywhere; what it leaves out holds from the built-in profile. */
  readonly base: TomlTable;
  readonly environments: ReadonlyMap<string, TomlTable>;
  readonly clusters: ReadonlyMap<string, TomlTable>;
  readonly services: ReadonlyMap<string, TomlTable>;
  readonly rules: readonly Rule[];
}

/** The profile that says nothing: everything holds from the built-in one. */
export const emptyProfile: Profile = {
  base: { type: "table", range: [0, 0], entries: new Map() },
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
  return {
    ok: true,
    value: {
      base: { ...root, entries: new Map([...root.entries].filter(([key]) => !notLayered.has(key))) },
      environments: tablesAt(root, "envs"),
      clusters: tablesAt(root, "clusters"),
      services: tablesAt(root, "services"),
      rules: (shape.data.rules ?? []).map(ruleOf),
    },
  };
}

const notLayered: ReadonlySet<string> = new Set(["rules", "envs", "clusters", "services"]);

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
