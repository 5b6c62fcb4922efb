import type { Release } from "@fairway/api";
import type { ReleaseRecord } from "@fairway/catalog";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import type { Handlers } from "../http/handler.ts";
import { createRelease, type ReleaseStores } from "../releases/create-release.ts";
import { environments, requireEnvironment } from "./environments.ts";

const mostListed = 100;

/** @param exclusively keeps retention from deleting a snapshot between the check for it and the release that needs it */
export function releaseHandlers(
  pool: ClusterPool,
  stores: ReleaseStores,
  exclusively: <T>(task: () => Promise<T>) => Promise<T>,
): Pick<Handlers, "createRelease" | "listReleases"> {
  return {
    createRelease: async ({ body, caller }) => {
      const environment = requireEnvironment(pool, body.environment);
      const { release, previous, changes } = await exclusively(() =>
        createRelease(
          {
            environment,
            environmentNames: environments(pool).map(({ name }) => name),
            appToml: body.appToml,
            snapshot: body.snapshot,
            actor: caller.actor,
          },
          stores,
        ),
      );
      return {
        release: releaseView(release, previous),
        ...(previous === undefined ? {} : { previous }),
        changes: [...changes],
      };
    },
    listReleases: async ({ params, query }) => {
      const environment = requireEnvironment(pool, query.environment).name;
      const [releases, active] = await Promise.all([
        stores.releases.list(params.service, environment, mostListed),
        stores.active.of(environment),
      ]);
      return { items: releases.map((release) => releaseView(release, active[params.service]?.name)) };
    },
  };
}

function releaseView(release: ReleaseRecord, active: string | undefined): Release {
  const { name, service, environment, snapshot, createdAt, actor, available } = release;
  return { name, service, environment, snapshot, createdAt, actor, available, active: name === active };
}
