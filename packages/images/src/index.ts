export { buildCommand } from "./build-command.ts";
export { type BuildOptions, buildSnapshot, type Snapshot } from "./build-snapshot.ts";
export { compressSnapshot } from "./compress-snapshot.ts";
export { inspectArchive } from "./inspect-archive.ts";
export type { ArchiveContent, ByteStream } from "./read-archive.ts";
export { SnapshotError, type SnapshotErrorCode } from "./snapshot-error.ts";
export { defaultLimits, type SnapshotLimits } from "./snapshot-limits.ts";
export { type SnapshotStore, type StoredSnapshot, snapshotStore } from "./snapshot-store.ts";
export { unpackSnapshot } from "./unpack-snapshot.ts";
