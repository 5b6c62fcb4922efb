import type { ServiceDetail } from "@fairway/api";
import {
  type AdoptionRecord,
  type Adoptions,
  type KeptFields,
  type ServiceRecord,
  searchServices,
} from "@fairway/catalog";
import type { AdoptionPlan } from "@fairway/rollout";
import { openAdoption } from "../adoptions/open-adoption.ts";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import type { DriftFinder } from "../drift/drift-finder.ts";
import { keptView } from "../drift/kept-view.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound } from "../http/refusal.ts";
import { describeService } from "../services/service-detail.ts";
import { namespacesIn } from "../services/service-namespace.ts";
import { serviceEvents, serviceObjects } from "../services/service-objects.ts";
import { readDecided, type SummarySources, summarize } from "../services/service-summaries.ts";

type ServiceRoutes = "listServices" | "getService" | "listServiceEvents" | "listServiceObjects";

/** For what is asked of clusters while somebody waits for the answer, in milliseconds. */
const askingLimit = 3_000;

export function serviceHandlers(
  pool: ClusterPool,
  sources: SummarySources & {
    readonly adoptions: Pick<Adoptions<AdoptionPlan>, "open">;
    readonly keptFields: Pick<KeptFields, "list">;
    readonly finder: Pick<DriftFinder, "names">;
  },
): Pick<Handlers, ServiceRoutes> {
  const { services } = sources;
  const requireService = async (name: string): Promise<ServiceRecord> => {
    const record = await services.get(name);
    if (record === undefined) throw notFound(`there is no service ${name}`, "see them all: fairway services");
    return record;
  };
  const limited = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(askingLimit)]);

  return {
    listServices: async ({ query }) => {
      const environment = requireEnvironment(pool, query.environment);
      const [records, decided] = await Promise.all([
        services.list(environment.name),
        readDecided(environment, sources),
      ]);
      const items = await Promise.all(records.map((record) => summarize(record, decided, sources)));
      return { items: [...searchServices(items, query.search ?? "")] };
    },
    getService: async ({ params, query, signal }) => {
      const environment = requireEnvironment(pool, query.environment);
      const record = await requireService(params.service);
      const decided = await readDecided(environment, sources);
      const [detail, kept, open] = await Promise.all([
        describeService(record, decided, sources, limited(signal)),
        keptView(sources, environment.name, record.name),
        openAdoption(sources.adoptions, { environment: environment.name, service: record.name }),
      ]);
      return {
        ...detail,
        ...(kept.length === 0 ? {} : { kept }),
        ...(open === undefined ? {} : { adoption: adoptionNow(open) }),
      };
    },
    listServiceEvents: async ({ params, query }) => {
      const { name: environment, clusters } = requireEnvironment(pool, query.environment);
      const { name } = await requireService(params.service);
      const namespaceOf = await namespacesIn(environment, sources);
      return { items: serviceEvents(clusters, namespaceOf(name)) };
    },
    listServiceObjects: async ({ params, query, signal }) => {
      const { name: environment, clusters } = requireEnvironment(pool, query.environment);
      const { name } = await requireService(params.service);
      const namespaceOf = await namespacesIn(environment, sources);
      return { items: await serviceObjects(clusters, namespaceOf(name), limited(signal)) };
    },
  };
}

function adoptionNow({ state, reason, plan }: AdoptionRecord<AdoptionPlan>): ServiceDetail["adoption"] {
  return { state, ...(reason === undefined ? {} : { reason }), from: { ...plan.from } };
}
