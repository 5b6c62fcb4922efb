import type { Commit, ReleaseRecord, ReleaseStore, Services, Snapshots } from "@fairway/catalog";
import type { SnapshotStore } from "@fairway/images";
import { describeChanges, migrationJob, platformDependencies, releaseName, render } from "@fairway/manifests";
import { settingsFor } from "@fairway/spec";
import type { Environment } from "../clusters/environments.ts";
import { Refusal } from "../http/refusal.ts";
import type { CurrentProfile, ReadProfile } from "../profile/current-profile.ts";
import { sha256 } from "../sha256.ts";
import type { ActiveReleases } from "./active-releases.ts";
import { closedHosts } from "./closed-hosts.ts";
import type { ReadSource } from "./read-source.ts";
import type { ReleaseImages } from "./release-images.ts";
import { releaseInputs } from "./release-inputs.ts";
import { earlierReleases, sameObjects } from "./same-objects.ts";
import { takeoverWarnings } from "./takeover-warnings.ts";

export interface ReleaseStores {
  readonly services: Services;
  readonly releases: ReleaseStore;
  readonly active: ActiveReleases;
  readonly snapshots: Snapshots;
  readonly files: SnapshotStore;
  readonly profile: ReadProfile;
  readonly now: () => number;
}

export interface ReleaseRequest {
  readonly environment: Environment;
  readonly read: ReadSource;
  /** `sha256:<hex>`; not needed by a ready image. */
  readonly snapshot: string | undefined;
  readonly images: ReleaseImages;
  readonly profile: CurrentProfile;
  readonly actor: string;
  readonly commit: Commit | undefined;
}

export interface CreatedRelease {
  readonly release: ReleaseRecord;
  /** The active release before. */
  readonly previous: string | undefined;
  readonly changes: readonly string[];
  /** For people; nothing is wrong. */
  readonly warnings: readonly string[];
}

/**
 * Renders what was asked for with its images for every cluster, and stores it. Checks come first: a refused request
 * leaves nothing behind.
 */
export async function createRelease(request: ReleaseRequest, stores: ReleaseStores): Promise<CreatedRelease> {
  const draft = await draftRelease(request, stores);
  return { ...draft, release: await stores.releases.put(draft.release) };
}

/** The same without storing it. */
export async function draftRelease(request: ReleaseRequest, stores: ReleaseStores): Promise<CreatedRelease> {
  const { environment, read, images, profile } = request;
  const { spec } = read;
  const snapshot = images.ready === undefined ? request.snapshot : undefined;
  if (snapshot !== undefined) await requireSnapshot(snapshot, stores);

  const inputs = await releaseInputs(request, {
    settings: (place) => settingsFor(profile.profile, place),
    async numbers(names) {
      // Services that call each other must be deployable one after the other: a name gets its number before its service exists.
      for (const name of names) await stores.services.ensure(name);
      return stores.services.numbers(names);
    },
  });
  const settings = settingsFor(profile.profile, {
    environment: environment.name,
    cluster: undefined,
    service: spec.name,
  });
  const active = await stores.active.of(environment.name);
  const previous = active[spec.name];
  const dependencies = platformDependencies(spec).map(({ name }) => name);
  const name = releaseName(inputs, sha256);
  const objects = render(inputs, sha256);
  const place = { service: spec.name, environment: environment.name };
  const sameAs = sameObjects(name, objects, await earlierReleases(stores.releases, previous, place));
  const migration = migrationJob(inputs, sha256);
  const release: ReleaseRecord = {
    name,
    service: spec.name,
    environment: environment.name,
    namespace: inputs.namespace,
    snapshot,
    profile: {
      description: spec.description,
      kind: spec.kind,
      owner: spec.owner,
      engine: spec.engine.name,
      dependencies,
      env: spec.env,
      replicas: typeof spec.replicas === "number" ? spec.replicas : spec.replicas.min,
    },
    source: read.source,
    profileVersion: profile.version,
    inputs,
    objects,
    sameAs,
    ...(migration === undefined ? {} : { migration }),
    ...(request.commit === undefined ? {} : { commit: request.commit }),
    createdAt: new Date(stores.now()).toISOString(),
    actor: request.actor,
    available: true,
  };
  return {
    release,
    previous: previous?.name,
    warnings: [...closedHosts(inputs, environment), ...takeoverWarnings(inputs, settings)],
    changes: [
      ...describeChanges(previous?.inputs, inputs),
      ...dependencies
        .filter((name) => active[name] === undefined)
        .map((name) => `dependency ${name} is not deployed yet`),
    ],
  };
}

/** Throws `snapshot-unknown` unless the snapshot is here. */
export async function requireSnapshot(
  digest: string,
  { snapshots, files }: Pick<ReleaseStores, "snapshots" | "files">,
): Promise<void> {
  const [record, onDisk] = await Promise.all([snapshots.get(digest), files.has(digest)]);
  if (record !== undefined && onDisk) return;
  throw new Refusal({
    status: 422,
    code: "snapshot-unknown",
    title: "The snapshot is not on the server",
    hint: "upload it first; fairway deploy does",
  });
}

/** In hexadecimal. */
