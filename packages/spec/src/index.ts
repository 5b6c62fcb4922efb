export { formatIssues } from "./format-issues.ts";
export { type AppToml, parseAppToml, specFor } from "./parse-app-toml.ts";
export { type FieldHelp, fieldHelp } from "./schema/field-help.ts";
export * from "./service-spec.ts";
