import { namespaceOf } from "@fairway/manifests";
import { settingsFor } from "@fairway/spec";
import type { ReadProfile } from "../profile/current-profile.ts";
import type { ActiveReleases } from "../releases/active-releases.ts";

/** Where the services of one environment live: as their active releases say, else as the profile would have it. */
export type NamespaceOf = (service: string) => string;

export async function namespacesIn(
  environment: string,
  { active, profile }: { readonly active: ActiveReleases; readonly profile: ReadProfile },
): Promise<NamespaceOf> {
  const [releases, current] = await Promise.all([active.of(environment), profile()]);
  // Namespaces have one pattern in all places.
  const pattern = settingsFor(current.profile, { environment, cluster: undefined, service: "" }).namespace;
  return (service) => releases[service]?.namespace ?? namespaceOf(pattern, service, environment);
}
