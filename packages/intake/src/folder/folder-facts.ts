/** One file of a folder. */
export interface FileFact {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Of the files that matter and are not too large; undefined for all others. */
  readonly text?: string;
}

/** What was seen of a team's folder. */
export interface FolderFacts {
  /** The folder's own name. */
  readonly name: string;
  /** What git does not ignore, outside of folders that tools fill. */
  readonly files: readonly FileFact[];
  /** True when the reading stopped at its bound and there is more. */
  readonly truncated: boolean;
}

/** The text of a file; undefined when it is not there or was not read. */
export function textOf({ files }: FolderFacts, path: string): string | undefined {
  return files.find((file) => file.path === path)?.text;
}

export function hasFile({ files }: FolderFacts, path: string): boolean {
  return files.some((file) => file.path === path);
}

/** The first of several names that is there. */
export function firstFile(facts: FolderFacts, paths: readonly string[]): string | undefined {
  return paths.find((path) => hasFile(facts, path));
}
