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
  /** What git does not ignore, and ignored files that matter (`.env`) as `ignored`. */
  readonly files: readonly FileFact[];
  /** True when the reading stopped at its bound and there is more. */
  readonly truncated: boolean;
}
