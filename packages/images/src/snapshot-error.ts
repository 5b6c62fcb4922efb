/** What went wrong with a snapshot, for scripts and for the API's problem codes. */
export type SnapshotErrorCode =
  /** The folder to build is not there, or is not a folder. */
  | "folder-missing"
  /** A file of the folder cannot be part of a snapshot; `path` names it. */
  | "file-refused"
  /** The folder has more or larger files than a snapshot may have. */
  | "snapshot-too-large"
  /** The build command failed, or took too long; `output` holds its last lines. */
  | "build-failed"
  /** An archive is damaged, or holds an entry that could reach out of its folder; `path` names the entry. */
  | "archive-refused"
  /** An archive unpacks to more than the limits allow. */
  | "archive-too-large"
  /** An archive is not the one that its digest names. */
  | "digest-mismatch";

/** The one error of this package for bad input. Failures of disk and network stay what they are. */
export class SnapshotError extends Error {
  readonly code: SnapshotErrorCode;
  /** Relative to the snapshot's root, with `/`. */
  readonly path: string | undefined;
  /** Last lines of the build, oldest first. */
  readonly output: readonly string[];

  constructor(
    code: SnapshotErrorCode,
    message: string,
    details: { readonly path?: string; readonly output?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "SnapshotError";
    this.code = code;
    this.path = details.path;
    this.output = details.output ?? [];
  }
}
