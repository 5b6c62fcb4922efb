import type { ReleaseRecord } from "@fairway/catalog";
import type { Profile } from "@fairway/spec";
import { z } from "zod";
import type { CurrentProfile } from "../profile/current-profile.ts";
import { settingsIn } from "../profile/current-profile.ts";
import type { Environment } from "../resources/environments.ts";
import { checkRelease } from "./check-release.ts";
import { type CreatedRelease, createRelease, type ReleaseStores } from "./create-release.ts";
import { type ReadSource, readSource } from "./read-source.ts";
import { refuseUnallowed, refuseUndeliverable } from "./refuse-unallowed.ts";
import type { ReleaseImages } from "./release-images.ts";

/** What a stored release is made of, read anew by this version of the platform. */
export interface ReadRelease {
  readonly read: ReadSource;
  /** What it runs, also in clusters that came since. */
  readonly images: Pick<ReleaseImages, "clusters" | "ready" | "base">;
  readonly numbers: Readonly<Record<string, number>>;
}

/** What is known of a release's inputs, whichever version stored them. */
const storedInputs = z.object({
  clusters: z.array(z.object({ name: z.string(), image: z.string(), pullSecret: z.boolean() })),
  ready: z.object({ asked: z.string(), reference: z.string() }).optional(),
  base: z.object({ asked: z.string(), reference: z.string() }).optional(),
  numbers: z.record(z.string(), z.number()).default({}),
});

/** Why a release cannot be made anew of what is stored, where an older version has stored too little. */
export const tooOld = "it was deployed by an older version: deploy it once to see";

/** Reads a stored release with a profile; undefined where too little of it is stored. Throws `Refusal`. */
export async function readRelease(
  { inputs, service, source }: ReleaseRecord,
  environment: Environment,
  { profile, environmentNames }: { readonly profile: Profile; readonly environmentNames: readonly string[] },
): Promise<ReadRelease | undefined> {
  const before = storedInputs.safeParse(inputs);
  if (source === undefined || !before.success) return undefined;
  const read = await readSource({ environment: environment.name, environmentNames, source });
  refuseUndeliverable(read);
  refuseUnallowed(read, environment.name, settingsIn({ profile }, environment, service));
  return { read, images: imagesOf(before.data, environment), numbers: before.data.numbers };
}

/**
 * Makes a release once more, of what its team sent and of the images that run, with the profile that holds and by this
 * version of the platform, and stores it; undefined where too little of it is stored. Throws `Refusal`.
 */
export async function remakeRelease(
  release: ReleaseRecord,
  {
    environment,
    environmentNames,
    profile,
    actor,
  }: {
    readonly environment: Environment;
    readonly environmentNames: readonly string[];
    readonly profile: CurrentProfile;
    readonly actor: string;
  },
  stores: ReleaseStores,
): Promise<CreatedRelease | undefined> {
  const found = await readRelease(release, environment, { profile: profile.profile, environmentNames });
  if (found === undefined) return undefined;
  const { read, images } = found;
  await checkRelease(read, environment, profile, stores.active);
  const { snapshot, commit } = release;
  const request = { environment, read, snapshot, commit, profile, actor };
  return createRelease({ ...request, images: { ...images, warnings: [] } }, stores);
}

/** What runs now goes on running; in clusters that came since, the same. */
function imagesOf(
  { clusters, ready, base }: z.output<typeof storedInputs>,
  environment: Environment,
): ReadRelease["images"] {
  const [first] = clusters;
  const known = new Map(clusters.map(({ name, image, pullSecret }) => [name, { image, pullSecret }]));
  return {
    clusters: new Map(
      environment.clusters.map(({ record: { name } }) => [
        name,
        known.get(name) ?? { image: first?.image ?? "", pullSecret: first?.pullSecret ?? false },
      ]),
    ),
    ...(ready === undefined ? {} : { ready }),
    ...(base === undefined ? {} : { base }),
  };
}
