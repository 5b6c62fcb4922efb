import type { Services } from "@fairway/catalog";
import { ClusterError } from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { mergeLogs } from "../logs/merge-logs.ts";
import { namespacesIn } from "../services/service-namespace.ts";
import { requireEnvironment } from "./environments.ts";

/** Logs of a service's pods. */
export function logHandlers(
  pool: ClusterPool,
  services: Services,
  sources: Parameters<typeof namespacesIn>[1],
): Pick<Handlers, "serviceLogs"> {
  return {
    serviceLogs: async ({ params, query, lastEventId, signal }) => {
      const environment = requireEnvironment(pool, query.environment).name;
      if ((await services.get(params.service)) === undefined)
        throw notFound(`there is no service ${params.service}`, "see them all: fairway services");
      const { cluster, pod, release, follow, previous, tail } = query;
      const namespaceOf = await namespacesIn(environment, sources);
      const request = {
        ...{ service: params.service, namespace: namespaceOf(params.service) },
        ...{ cluster, pod, release, follow, previous, tail, lastEventId },
      };
      const clusters = () => pool.list().filter(({ record }) => record.environment === environment);
      return explained(mergeLogs(clusters, request, signal));
    },
  };
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
