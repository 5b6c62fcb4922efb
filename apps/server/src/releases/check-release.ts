import { type ProfileSettings, settingsFor } from "@fairway/spec";
import type { Environment } from "../clusters/environments.ts";
import { type CurrentProfile, settingsIn } from "../profile/current-profile.ts";
import type { ActiveReleases } from "./active-releases.ts";
import type { ReadSource } from "./read-source.ts";
import { refuseHatchIssues } from "./refuse-hatch-issues.ts";
import { refuseTakenAddresses } from "./refuse-taken-addresses.ts";
import { refuseUnallowed, refuseUndeliverable } from "./refuse-unallowed.ts";
import { releaseInputs } from "./release-inputs.ts";

/**
 * Everything that can be said about a release before its images are known. Throws `Refusal`.
 *
 * @returns the profile's settings for the whole environment
 */
export async function checkRelease(
  read: ReadSource,
  environment: Environment,
  { profile }: Pick<CurrentProfile, "profile">,
  active: ActiveReleases,
): Promise<ProfileSettings> {
  const settings = settingsIn({ profile }, environment, read.spec.name);
  refuseUndeliverable(read);
  refuseUnallowed(read, environment.name, settings);
  await refuseTakenAddresses(read, environment.name, active);
  // Neither images nor numbers say anything about patches.
  const image = { image: "", pullSecret: false };
  const inputs = await releaseInputs(
    {
      environment,
      read,
      images: { clusters: new Map(environment.clusters.map(({ record }) => [record.name, image])) },
    },
    {
      settings: (place) => settingsFor(profile, place),
      numbers: async (names) => Object.fromEntries(names.map((name) => [name, 0])),
    },
  );
  refuseHatchIssues(inputs, read);
  return settings[0];
}
