/** One version of the platform owner's profile. */
export interface ProfileRecord {
  /** From 1. */
  readonly version: number;
  /** As it was sent. */
  readonly text: string;
  readonly actor: string;
  readonly createdAt: string;
}

/** The platform owner's profile with its past: versions are added, never changed. */
export interface Profiles {
  /** The one that holds; undefined: none was ever set. */
  newest(): Promise<ProfileRecord | undefined>;
  get(version: number): Promise<ProfileRecord | undefined>;
  /** Newest first; without their texts, which are long. */
  list(limit: number): Promise<readonly Omit<ProfileRecord, "text">[]>;
  /** Adds the version behind `after` (0: the first one); undefined when `after` is not the newest any more. */
  append(profile: Omit<ProfileRecord, "version">, after: number): Promise<ProfileRecord | undefined>;
}
