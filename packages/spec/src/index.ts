export { formatIssues } from "./format-issues.ts";
export { type AppToml, notDeliverableYet, parseAppToml, specFor } from "./parse-app-toml.ts";
export { builtinProfile, builtinProfileVersion } from "./profile/builtin-profile.ts";
export type * from "./profile/profile-settings.ts";
export { type FieldHelp, fieldHelp } from "./schema/field-help.ts";
export * from "./service-spec.ts";
