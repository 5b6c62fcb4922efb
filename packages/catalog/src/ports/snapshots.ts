export interface SnapshotRecord {
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  readonly createdAt: string;
}

export interface Snapshots {
  put(snapshot: SnapshotRecord): Promise<void>;
  get(digest: string): Promise<SnapshotRecord | undefined>;
  remove(digest: string): Promise<void>;
}
