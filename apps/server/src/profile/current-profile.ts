import type { ProfileRecord, Profiles } from "@fairway/catalog";
import {
  builtinProfileText,
  builtinProfileVersion,
  emptyProfile,
  type Profile,
  type ProfileSettings,
  parseProfile,
  settingsFor,
} from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";

/** The profile that holds. */
export interface CurrentProfile {
  /** The stored version; 0: nobody has set one, the built-in one holds. */
  readonly number: number;
  /** As releases keep it. */
  readonly version: string;
  readonly text: string;
  readonly profile: Profile;
}

/** Reads the profile that holds. Throws `Refusal` when this version of the platform cannot read the one that is stored. */
export type ReadProfile = () => Promise<CurrentProfile>;

export const builtinCurrent: CurrentProfile = {
  number: 0,
  version: builtinProfileVersion,
  text: builtinProfileText,
  profile: emptyProfile,
};

/** A service's settings in an environment: for the whole of it first, then for each of its clusters. */
export function settingsIn(
  { profile }: Pick<CurrentProfile, "profile">,
  {
    name,
    clusters,
  }: { readonly name: string; readonly clusters: readonly { readonly record: { readonly name: string } }[] },
  service: string,
): readonly [ProfileSettings, ...ProfileSettings[]] {
  const at = (cluster: string | undefined) => settingsFor(profile, { environment: name, cluster, service });
  return [at(undefined), ...clusters.map(({ record }) => at(record.name))];
}

/** Asks the store each time, since another server may have changed it; parses a version once. */
export function readProfile(profiles: Pick<Profiles, "newest">): ReadProfile {
  let last = builtinCurrent;
  return async () => {
    const newest = await profiles.newest();
    if (newest === undefined) return builtinCurrent;
    if (newest.version !== last.number) last = parsed(newest);
    return last;
  };
}

function parsed({ version, text }: ProfileRecord): CurrentProfile {
  const read = parseProfile(text);
  if (read.ok) return { number: version, version: String(version), text, profile: read.value };
  throw new Refusal({
    status: 409,
    code: "profile-not-readable",
    title: `This version of Fairway cannot read version ${version} of the profile`,
    detail: read.issues[0]?.message ?? "",
    hint: "write it anew: fairway profile > profile.toml, correct it, fairway profile set profile.toml",
    issues: [...read.issues],
  });
}
