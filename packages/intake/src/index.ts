export { checkFolder } from "./check/check-folder.ts";
export { bySeverity, type Finding, type Place, type Severity } from "./check/finding.ts";
export type { FileFact, FolderFacts } from "./folder/folder-facts.ts";
export { filledFolders, largestText, wantsText } from "./folder/wanted-text.ts";
export { type Draft, draftAppToml } from "./init/draft-app-toml.ts";
export type { ServiceFolder } from "./init/service-folders.ts";
export type { Finding as DraftFinding } from "./init/write-draft.ts";
