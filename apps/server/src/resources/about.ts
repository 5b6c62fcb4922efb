import { openApiDocument, routes } from "@fairway/api";
import type { Registries } from "@fairway/catalog";
import { appTomlJsonSchema } from "@fairway/spec";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { environments } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import { Refusal } from "../http/refusal.ts";

export interface About {
  readonly version: string;
  readonly edgePort: number | undefined;
  readonly pool: ClusterPool;
  readonly registries: Pick<Registries, "list">;
  readonly isReady: () => boolean;
}

/** The server about itself. */
export function aboutHandlers(
  about: About,
): Pick<Handlers, "livez" | "readyz" | "openapi" | "appTomlSchema" | "platform"> {
  const schema = appTomlJsonSchema();
  return {
    livez: () => "ok\n",
    readyz: () => {
      if (about.isReady()) return "ok\n";
      throw new Refusal({ status: 503, code: "not-ready", title: "The server starts or stops" }, { retryAfter: 1 });
    },
    openapi: () => openApiDocument(routes, about.version),
    appTomlSchema: () => schema,
    platform: async () => {
      const registries = await about.registries.list();
      return {
        version: about.version,
        environments: environments(about.pool).map(({ name, clusters }) => {
          const registry = registries.find(({ environment }) => environment === name)?.prefix;
          return {
            name,
            clusters: clusters.map(({ record }) => record.name),
            ...(registry === undefined ? {} : { registry }),
          };
        }),
        ...(about.edgePort === undefined ? {} : { edge: { port: about.edgePort } }),
      };
    },
  };
}
