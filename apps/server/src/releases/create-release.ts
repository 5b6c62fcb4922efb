import { createHash } from "node:crypto";
import type { ReleaseRecord, ReleaseStore, Services, Snapshots } from "@fairway/catalog";
import type { SnapshotStore } from "@fairway/images";
import {
  type ClusterFacts,
  describeChanges,
  namespaceOf,
  type ReleaseInputs,
  releaseName,
  render,
  reservedNamespace,
} from "@fairway/manifests";
import { builtinProfile, parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";
import type { Environment } from "../resources/environments.ts";
import type { ActiveReleases } from "./active-releases.ts";
import type { ReleaseImages } from "./release-images.ts";

export interface ReleaseStores {
  readonly services: Services;
  readonly releases: ReleaseStore;
  readonly active: ActiveReleases;
  readonly snapshots: Snapshots;
  readonly files: SnapshotStore;
  readonly now: () => number;
}

export interface SpecRequest {
  readonly environment: Environment;
  /** All environments' names, to find misspelt ones. */
  readonly environmentNames: readonly string[];
  readonly appToml: string;
}

export interface ReleaseRequest {
  readonly environment: Environment;
  readonly spec: ServiceSpec;
  /** `sha256:<hex>`; not needed by a ready image. */
  readonly snapshot: string | undefined;
  readonly images: ReleaseImages;
  readonly actor: string;
}

export interface CreatedRelease {
  readonly release: ReleaseRecord;
  /** The active release before. */
  readonly previous: string | undefined;
  readonly changes: readonly string[];
}

/** What an app.toml means for one environment. Throws `Refusal`. */
export function specOf(request: SpecRequest): ServiceSpec {
  const spec = readSpec(request);
  if (reservedNamespace(spec.name)) {
    throw new Refusal({
      status: 422,
      code: "namespace-reserved",
      title: `A service cannot be called ${spec.name}`,
      detail: "this namespace belongs to Kubernetes or to the platform",
      hint: "choose another name in app.toml",
    });
  }
  return spec;
}

/**
 * Renders what was asked for with its images for every cluster, and stores it. Checks come first: a refused request
 * leaves nothing behind.
 */
export async function createRelease(request: ReleaseRequest, stores: ReleaseStores): Promise<CreatedRelease> {
  const { environment, spec, images } = request;
  const snapshot = images.ready === undefined ? request.snapshot : undefined;
  if (snapshot !== undefined) await requireSnapshot(snapshot, stores);

  const dependencies = spec.dependencies.map(({ name }) => name);
  // Services that call each other must be deployable one after the other: a name gets its number before its service exists.
  for (const name of [spec.name, ...dependencies]) await stores.services.ensure(name);
  const namespace = namespaceOf(builtinProfile.namespace, spec.name, environment.name);
  const inputs: ReleaseInputs = {
    environment: environment.name,
    spec,
    namespace,
    clusters: environment.clusters.map(({ record }, index) => ({
      name: record.name,
      addressTemplate: record.addressTemplate,
      ...imageIn(record.name, images),
      lead: index === 0,
      profile: builtinProfile,
    })),
    ...(images.ready === undefined ? {} : { ready: images.ready }),
    ...(images.base === undefined ? {} : { base: images.base }),
    numbers: await stores.services.numbers([spec.name, ...dependencies]),
    namespaces: Object.fromEntries(
      dependencies.map((name) => [name, namespaceOf(builtinProfile.namespace, name, environment.name)]),
    ),
    extras: [],
  };
  const active = await stores.active.of(environment.name);
  const previous = active[spec.name];
  const release = await stores.releases.put({
    name: releaseName(inputs, sha256),
    service: spec.name,
    environment: environment.name,
    namespace,
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
    inputs,
    objects: render(inputs, sha256),
    createdAt: new Date(stores.now()).toISOString(),
    actor: request.actor,
    available: true,
  });
  return {
    release,
    previous: previous?.name,
    changes: [
      ...describeChanges(previous?.inputs, inputs),
      ...dependencies
        .filter((name) => active[name] === undefined)
        .map((name) => `dependency ${name} is not deployed yet`),
    ],
  };
}

function imageIn(cluster: string, { clusters }: ReleaseImages): Pick<ClusterFacts, "image" | "pullSecret"> {
  const found = clusters.get(cluster);
  if (found !== undefined) return found;
  throw new Refusal({
    status: 409,
    code: "environment-changed",
    title: `The cluster ${cluster} came while the release was made`,
    hint: "try again",
  });
}

function readSpec({ appToml, environment, environmentNames }: SpecRequest): ServiceSpec {
  const parsed = parseAppToml(appToml, { environments: environmentNames });
  if (parsed.ok) return specFor(parsed.value, environment.name);
  throw new Refusal({
    status: 422,
    code: "app-toml-not-valid",
    title: "app.toml is not valid",
    detail: parsed.issues.length === 1 ? "1 problem" : `${parsed.issues.length} problems`,
    hint: "fairway validate shows each with its place",
    issues: [...parsed.issues],
  });
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

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
