import type { ReleaseRecord } from "@fairway/catalog";
import type { ClusterFacts } from "@fairway/manifests";
import { type Profile, settingsFor } from "@fairway/spec";
import { z } from "zod";
import type { Environment } from "../clusters/environments.ts";
import { settingsIn } from "../profile/current-profile.ts";
import { checkRelease } from "./check-release.ts";
import { type CreatedRelease, draftRelease, type ReleaseStores, requireSnapshot } from "./create-release.ts";
import { type ReadSource, readSource } from "./read-source.ts";
import { refuseUnallowed, refuseUndeliverable } from "./refuse-unallowed.ts";
import type { ImagesOf, ImagesRequest, ReleaseImages } from "./release-images.ts";
import { isUnpacked, unpackedImage } from "./unpacked-image.ts";

/** What a stored release is made of, read anew by this version of the platform. */
export interface ReadRelease {
  readonly read: ReadSource;
  /** What it runs, also in clusters that came since. */
  readonly images: Pick<ReleaseImages, "clusters" | "ready" | "base">;
  readonly numbers: Readonly<Record<string, number>>;
  /** Clusters that came since and run no image that is known of it: `images` has something else for them. */
  readonly lacking: readonly string[];
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
  release: ReleaseRecord,
  environment: Environment,
  { profile, environmentNames }: { readonly profile: Profile; readonly environmentNames: readonly string[] },
): Promise<ReadRelease | undefined> {
  const { inputs, service, source } = release;
  const before = storedInputs.safeParse(inputs);
  if (source === undefined || !before.success) return undefined;
  const read = await readSource({ environment: environment.name, environmentNames, source });
  refuseUndeliverable(read);
  refuseUnallowed(read, environment.name, settingsIn({ profile }, environment, service));
  return { read, ...knownImages(release, before.data, environment), numbers: before.data.numbers };
}

/**
 * Gets ready what it takes to make a release once more, of what its team sent and of the images that run, with the profile
 * that holds and by this version of the platform. An image that a cluster lacks is made of the snapshot and pushed, which may
 * take minutes. Throws `Refusal`.
 *
 * @returns makes it, and stores nothing; undefined where too little of the release is stored
 */
export async function prepareRemake(
  release: ReleaseRecord,
  request: {
    /** With the clusters that it shall be for. */
    readonly environment: Environment;
    readonly environmentNames: readonly string[];
    readonly actor: string;
    readonly signal: AbortSignal;
  },
  { stores, imagesOf }: { readonly stores: ReleaseStores; readonly imagesOf: ImagesOf },
): Promise<(() => Promise<CreatedRelease>) | undefined> {
  const { environment, environmentNames, actor, signal } = request;
  const { service, snapshot, commit } = release;
  const profile = await stores.profile();
  const found = await readRelease(release, environment, { profile: profile.profile, environmentNames });
  if (found === undefined) return undefined;
  if (found.lacking.length > 0 && snapshot !== undefined) await requireSnapshot(snapshot, stores);
  const settings = settingsFor(profile.profile, { environment: environment.name, cluster: undefined, service });
  const { read, images } = await withImages(found, { environment, settings, snapshot, signal }, imagesOf);
  return async () => {
    await checkRelease(read, environment, profile, stores.active);
    return draftRelease(
      { environment, profile, actor, read, snapshot, commit, images: { ...images, warnings: [] } },
      stores,
    );
  };
}

/** The same with an image for every cluster. */
async function withImages(
  found: ReadRelease,
  request: Omit<ImagesRequest, "spec">,
  imagesOf: ImagesOf,
): Promise<ReadRelease> {
  if (found.lacking.length === 0) return found;
  const made = await imagesOf({ ...request, spec: found.read.spec });
  const clusters = new Map(found.images.clusters);
  for (const name of found.lacking) clusters.set(name, made.clusters.get(name) ?? noImage);
  const base = found.images.base ?? made.base;
  return { ...found, images: { ...found.images, clusters, ...(base === undefined ? {} : { base }) }, lacking: [] };
}

const noImage = { image: "", pullSecret: false };

/** What runs now goes on running; in clusters that came since, the same where they can run it. */
function knownImages(
  { service, snapshot }: Pick<ReleaseRecord, "service" | "snapshot">,
  { clusters, ready, base }: z.output<typeof storedInputs>,
  environment: Environment,
): Pick<ReadRelease, "images" | "lacking"> {
  const known = new Map(clusters.map(({ name, image, pullSecret }) => [name, { image, pullSecret }]));
  const pushed = clusters.find(({ image }) => !isUnpacked(image));
  const comes = (embedded: boolean): ImageFacts | undefined => {
    if (!embedded) return pushed === undefined ? undefined : { image: pushed.image, pullSecret: pushed.pullSecret };
    if (ready !== undefined || snapshot === undefined) return undefined;
    return { image: unpackedImage(service, snapshot), pullSecret: false };
  };
  const found = environment.clusters.map(({ record: { name, embedded } }) => ({
    name,
    facts: known.get(name) ?? comes(embedded),
  }));
  return {
    images: {
      clusters: new Map(found.map(({ name, facts = noImage }) => [name, facts])),
      ...(ready === undefined ? {} : { ready }),
      ...(base === undefined ? {} : { base }),
    },
    lacking: found.flatMap(({ name, facts }) => (facts === undefined ? [name] : [])),
  };
}

type ImageFacts = Pick<ClusterFacts, "image" | "pullSecret">;
