export { checkFolder } from "./check/check-folder.ts";
export { bySeverity, type Finding, type Place, type Severity } from "./check/finding.ts";
export { watchedFindings, withWatched } from "./check/watched/watched-findings.ts";
export type { Endpoint, Stop, WatchedRun } from "./check/watched/watched-run.ts";
export type { FileFact, FolderFacts } from "./folder/folder-facts.ts";
export { filledFolders, largestText, wantsText } from "./folder/wanted-text.ts";
export type { Comparison, Difference } from "./import/compare/compare-facts.ts";
export { formatReport, type ReportStyle } from "./import/format-report.ts";
export {
  type ImportedService,
  type ImportInput,
  type ImportOptions,
  type ImportResult,
  importManifests,
  type ObjectPlace,
  type RefusedService,
} from "./import/import-manifests.ts";
export type { ManifestFile, ReadIssue } from "./import/read-objects.ts";
export type { Refusal } from "./import/refusal.ts";
export type { Remark, Verdict } from "./import/remark.ts";
export { type Draft, draftAppToml } from "./init/draft-app-toml.ts";
export type { ServiceFolder } from "./init/service-folders.ts";
export type { Finding as DraftFinding } from "./init/write-draft.ts";
