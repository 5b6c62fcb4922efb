/** How large a snapshot may be. */
export interface SnapshotLimits {
  /** Sum of the contents of all files, in bytes. */
  readonly bytes: number;
  /** Files, links and directories together. */
  readonly files: number;
  /** Longest path, in bytes of UTF-8. */
  readonly pathLength: number;
}

/** 512 MiB in 100,000 entries; paths of 1,000 bytes stay below PATH_MAX (4,096) wherever the snapshot is unpacked. */
export const defaultLimits: SnapshotLimits = { bytes: 512 * 1024 * 1024, files: 100_000, pathLength: 1_000 };
