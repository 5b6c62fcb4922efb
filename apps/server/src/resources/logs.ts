import type { ReleaseStore, Services } from "@fairway/catalog";
import { ClusterError, carriedName } from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { mergeLogs } from "../logs/merge-logs.ts";
import type { LogSelection } from "../logs/pod-lines.ts";
import { namespacesIn } from "../services/service-namespace.ts";

/** Logs of a service's pods. */
export function logHandlers(
  pool: ClusterPool,
  services: Services,
  sources: Parameters<typeof namespacesIn>[1] & { readonly releases: Pick<ReleaseStore, "find" | "get"> },
): Pick<Handlers, "serviceLogs"> {
  return {
    serviceLogs: async ({ params, query, lastEventId, signal }) => {
      const environment = requireEnvironment(pool, query.environment).name;
      if ((await services.get(params.service)) === undefined)
        throw notFound(`there is no service ${params.service}`, "see them all: fairway services");
      const { cluster, pod, release, follow, previous, tail } = query;
      const namespaceOf = await namespacesIn(environment, sources);
      const isWanted = await wantedBy(release, params.service, environment, sources.releases);
      const request = {
        ...{ service: params.service, namespace: namespaceOf(params.service) },
        ...{ cluster, pod, isWanted, follow, previous, tail, lastEventId },
      };
      const clusters = () => pool.list().filter(({ record }) => record.environment === environment);
      return explained(mergeLogs(clusters, request, signal));
    },
  };
}

/** By the beginning of a release's name; its pods may carry that of an earlier release with the same objects. */
async function wantedBy(
  beginning: string | undefined,
  service: string,
  environment: string,
  releases: Pick<ReleaseStore, "find" | "get">,
): Promise<LogSelection["isWanted"]> {
  if (beginning === undefined) return () => true;
  const names = await releases.find(service, environment, beginning);
  const found = (await Promise.all(names.map((name) => releases.get(name)))).filter((one) => one !== undefined);
  return (label, cluster) =>
    label.startsWith(beginning) || found.some((release) => carriedName(release, cluster) === label);
}

async function* explained<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* source;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    throw new Refusal(
      {
        status: 503,
        code: "cluster-unreachable",
        title: `${error.cluster} does not give its logs`,
        detail: error.message,
        hint: "see: fairway clusters",
      },
      { cause: error },
    );
  }
}
