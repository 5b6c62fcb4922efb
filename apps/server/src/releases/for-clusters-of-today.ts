import type { ReleaseRecord } from "@fairway/catalog";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { type Environment, environmentFor, environments } from "../clusters/environments.ts";
import { Refusal } from "../http/refusal.ts";
import type { ReleaseStores } from "./create-release.ts";
import type { ImagesOf } from "./release-images.ts";
import { prepareRemake } from "./remake-release.ts";

/**
 * A release that is older than a cluster in which its service runs by now is made once more, for that one too. What takes its
 * time is done at once. Throws `release-not-available`.
 *
 * @returns gives the release, or makes and stores that one
 */
export async function forClustersOfToday(
  release: ReleaseRecord,
  request: { readonly environment: Environment; readonly actor: string; readonly signal: AbortSignal },
  parts: { readonly pool: ClusterPool; readonly stores: ReleaseStores; readonly imagesOf: ImagesOf },
): Promise<() => Promise<ReleaseRecord>> {
  const { name } = request.environment;
  const { active, releases } = parts.stores;
  const running = (await active.of(name))[release.service];
  const environment = environmentFor(request.environment, running);
  const came = environment.clusters
    .map(({ record }) => record.name)
    .filter((cluster) => Object.hasOwn(running?.objects ?? {}, cluster) && !Object.hasOwn(release.objects, cluster));
  if (came.length === 0) return () => Promise.resolve(release);
  const environmentNames = environments(parts.pool).map((one) => one.name);
  const remake = await prepareRemake(release, { ...request, environment, environmentNames }, parts);
  if (remake !== undefined) return async () => releases.put((await remake()).release);
  throw new Refusal({
    status: 409,
    code: "release-not-available",
    title: `Release ${release.name} is older than ${came.join(", ")}, and an older version of the platform made it`,
    hint: "check its code out and deploy it again",
  });
}
