import { namespaceOf } from "@fairway/manifests";
import { settingsFor } from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";
import { builtinCurrent, type CurrentProfile, type ReadProfile } from "../profile/current-profile.ts";
import type { ActiveReleases } from "../releases/active-releases.ts";

/** Where the services of one environment live: as their active releases say, else as the profile would have it. */
export type NamespaceOf = (service: string) => string;

export async function namespacesIn(
  environment: string,
  { active, profile }: { readonly active: ActiveReleases; readonly profile: ReadProfile },
): Promise<NamespaceOf> {
  const [releases, current] = await Promise.all([active.of(environment), readable(profile)]);
  // Namespaces have one pattern in all places.
  const pattern = settingsFor(current.profile, { environment, cluster: undefined, service: "" }).namespace;
  return (service) => releases[service]?.namespace ?? namespaceOf(pattern, service, environment);
}

/** What runs must be found also while nobody can read the stored profile: it says nothing about active releases. */
function readable(profile: ReadProfile): Promise<CurrentProfile> {
  return profile().catch((error: unknown) => {
    if (error instanceof Refusal) return builtinCurrent;
    throw error;
  });
}
