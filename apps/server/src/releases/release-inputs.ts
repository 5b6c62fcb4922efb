import { type ClusterFacts, namespaceOf, platformDependencies, type ReleaseInputs } from "@fairway/manifests";
import type { ProfileSettings } from "@fairway/spec";
import type { PooledCluster } from "../clusters/cluster-pool.ts";
import type { Environment } from "../clusters/environments.ts";
import { Refusal } from "../http/refusal.ts";
import type { ReadSource } from "./read-source.ts";
import type { ReleaseImages } from "./release-images.ts";

export interface InputsRequest {
  readonly environment: Environment;
  readonly read: ReadSource;
  readonly images: Pick<ReleaseImages, "clusters" | "ready" | "base">;
}

/** What the platform adds to a request. */
export interface PlatformFacts {
  /** The platform-wide numbers of services, by name. */
  numbers(names: readonly string[]): Promise<Readonly<Record<string, number>>>;
  /** The profile's settings for a service in a cluster, or, without one, in the whole environment. */
  settings(place: {
    readonly environment: string;
    readonly cluster: string | undefined;
    readonly service: string;
  }): ProfileSettings;
}

/** Everything that a release of these files is made of. Changes nothing by itself. Throws `Refusal`. */
export async function releaseInputs(
  { environment, read, images }: InputsRequest,
  platform: PlatformFacts,
): Promise<ReleaseInputs> {
  const { spec, extras } = read;
  const dependencies = platformDependencies(spec).map(({ name }) => name);
  const settings = (cluster: string | undefined): ProfileSettings => ({
    ...platform.settings({ environment: environment.name, cluster, service: spec.name }),
    // They say whether a release may be, not what it is: a new rule must not make all releases new ones.
    rules: [],
    // Nor is where it is measured any part of it.
    metrics: undefined,
  });
  const pattern = settings(undefined).namespace;
  const lead = leadOf(environment);
  return {
    environment: environment.name,
    spec,
    namespace: namespaceOf(pattern, spec.name, environment.name),
    clusters: environment.clusters.map(({ record }) => ({
      name: record.name,
      addressTemplate: record.addressTemplate,
      ...imageIn(record.name, images),
      lead: record.name === lead,
      profile: settings(record.name),
    })),
    ...(images.ready === undefined ? {} : { ready: images.ready }),
    ...(images.base === undefined ? {} : { base: images.base }),
    numbers: await platform.numbers([spec.name, ...dependencies]),
    namespaces: Object.fromEntries(dependencies.map((name) => [name, namespaceOf(pattern, name, environment.name)])),
    extras,
  };
}

/** Crons and migrations stay where they are when a cluster comes: the lead is the one that has been there longest. */
function leadOf({ clusters }: Environment): string | undefined {
  const rank = ({ record }: PooledCluster): string =>
    `${record.retiring === undefined ? "stays" : "then"} ${record.createdAt} ${record.name}`;
  return clusters.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))[0]?.record.name;
}

function imageIn(
  cluster: string,
  { clusters }: Pick<ReleaseImages, "clusters">,
): Pick<ClusterFacts, "image" | "pullSecret"> {
  const found = clusters.get(cluster);
  if (found !== undefined) return found;
  throw new Refusal({
    status: 409,
    code: "environment-changed",
    title: `The cluster ${cluster} came while the release was made`,
    hint: "try again",
  });
}
