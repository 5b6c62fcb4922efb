import type { ServiceDrift } from "@fairway/api";
import type { KeptFields, RolloutIndex, Services } from "@fairway/catalog";
import type { Engine } from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import { beginRepair } from "../drift/begin-repair.ts";
import type { DriftFinder } from "../drift/drift-finder.ts";
import type { DriftWatch } from "../drift/drift-watch.ts";
import { keptView } from "../drift/kept-view.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { RolloutReader } from "../rollouts/rollout-reader.ts";
import { rolloutActive } from "../rollouts/rollout-refusals.ts";

interface DriftParts {
  readonly pool: ClusterPool;
  readonly services: Services;
  readonly finder: DriftFinder;
  readonly watch: DriftWatch;
  readonly keptFields: KeptFields;
  readonly index: RolloutIndex;
  readonly engine: Pick<Engine, "submit">;
  readonly reader: RolloutReader;
  readonly now: () => number;
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
}

export function driftHandlers(parts: DriftParts): Pick<Handlers, "getDrift" | "repairDrift" | "keepField"> {
  const { pool, finder, watch, keptFields, reader, exclusively } = parts;

  const find = async (environment: string, service: string, signal: AbortSignal): Promise<ServiceDrift> => {
    if ((await parts.services.get(service)) === undefined) {
      throw notFound(`there is no service ${service}`, "see them all: fairway services");
    }
    const found = await finder.find(environment, service, signal);
    if ("absent" in found) throw notFound(`${service} has no active release in ${environment}`);
    if ("unfinished" in found) throw rolloutActive(found.unfinished, service);
    const { checkedAt, changes, clusters } = found.drift;
    if (clusters.every(({ compared }) => compared)) {
      watch.learn(environment, service, { checkedAt, changes: changes.filter(({ kept }) => !kept) });
    }
    return { ...found.drift, kept: await keptView(parts, environment, service) };
  };

  return {
    getDrift: ({ params, query, signal }) =>
      find(requireEnvironment(pool, query.environment).name, params.service, signal),
    repairDrift: async ({ params, body, caller }) => {
      const environment = requireEnvironment(pool, body.environment).name;
      const { service } = params;
      const asked = { environment, service, actor: caller.actor, key: body.idempotencyKey };
      return reader.get(await exclusively(() => beginRepair(parts, asked)));
    },
    keepField: async ({ params, body, caller, signal }) => {
      const environment = requireEnvironment(pool, body.environment).name;
      const { service } = params;
      const { field, kept } = body;
      const { changes } = await find(environment, service, signal);
      const names = await finder.names(environment, service);
      // By its name in the clusters, or by that without a slot, under which it is kept.
      const plainOf = (name: string): string => names.get(name) ?? name;
      const candidates = kept
        ? changes.filter((one) => one.field === field && names.has(one.object)).map((one) => plainOf(one.object))
        : (await keptFields.list(environment, service)).filter((one) => one.field === field).map((one) => one.object);
      const wanted = body.object === undefined ? undefined : plainOf(body.object);
      const [object, ...others] = [...new Set(candidates)].filter((one) => wanted === undefined || one === wanted);
      if (object === undefined) {
        throw new Refusal({
          status: 404,
          code: "drift-unknown",
          title: kept ? `Nobody has changed ${field} by hand` : `${field} was not left to anybody`,
          hint: `see what is different: fairway drift ${service}`,
        });
      }
      if (others.length > 0) {
        throw new Refusal({
          status: 409,
          code: "drift-ambiguous",
          title: `Several objects have ${field} changed`,
          hint: `say which one: --object ${[object, ...others].join(" | ")}`,
        });
      }
      if (kept) {
        const createdAt = new Date(parts.now()).toISOString();
        await keptFields.add({ environment, service, object, field, actor: caller.actor, createdAt });
      } else await keptFields.remove(environment, service, object, field);
      await find(environment, service, signal);
      return { object, field, kept };
    },
  };
}
