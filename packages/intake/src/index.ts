export type { FileFact, FolderFacts } from "./folder-facts.ts";
