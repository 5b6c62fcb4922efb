import { randomUUID } from "node:crypto";
import type { ReleaseRecord, RolloutIndex } from "@fairway/catalog";
import type { Engine, Journal, RolloutHeader } from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { ReleaseStores } from "../releases/create-release.ts";
import { forClustersOfToday } from "../releases/for-clusters-of-today.ts";
import { refuseAddressesTakenSince } from "../releases/refuse-taken-addresses.ts";
import type { ImagesOf } from "../releases/release-images.ts";
import { releaseUnknown } from "../releases/release-unknown.ts";
import { madeBefore } from "../rollouts/made-before.ts";
import type { RolloutReader } from "../rollouts/rollout-reader.ts";
import { refuseWhileActive } from "../rollouts/rollout-refusals.ts";
import { rolloutStrategy } from "../rollouts/rollout-strategy.ts";

export interface RolloutResources {
  readonly pool: ClusterPool;
  readonly stores: ReleaseStores;
  readonly imagesOf: ImagesOf;
  readonly index: RolloutIndex;
  readonly engine: Pick<Engine, "submit">;
  readonly journal: Pick<Journal<never>, "command">;
  readonly reader: RolloutReader;
  /**
   * One creation at a time: two must not both find that none is under way, nor retention take a release between the
   * check for it and the rollout that needs it.
   */
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
}

/** What happens where another rollout of the service is under way. */
type WhenBusy = "refuse" | "queue" | "supersede";
type Superseding = Pick<RolloutHeader, "number" | "environment" | "service" | "actor">;
type RolloutRoutes =
  | "createRollout"
  | "listRollouts"
  | "getRollout"
  | "listRolloutEntries"
  | "followRollout"
  | "removeService";

/** Rollouts looked at to find the release before the active one. */
const historyLength = 200;

export function rolloutHandlers(resources: RolloutResources): Pick<Handlers, RolloutRoutes> {
  const { pool, stores, index, engine, journal, reader, exclusively } = resources;
  const { releases, active } = stores;

  const refuseUnlessAsked = async (environment: string, service: string, whenBusy: WhenBusy): Promise<void> => {
    if (whenBusy !== "refuse") return;
    const hint = (number: number): string =>
      `follow it: fairway rollouts ${number} --follow; or do not wait for it: --queue goes after it, --supersede in its place`;
    await refuseWhileActive(index, { environment, service }, hint);
  };

  /** Those that stand before a rollout turn back for it, as far as they still can; safe to repeat. */
  const supersede = async ({ number, environment, service, actor }: Superseding): Promise<void> => {
    const before = (await index.list({ environment, service, limit: historyLength })).filter(
      (one) => one.status === "unfinished" && one.number < number,
    );
    for (const one of before) {
      const command = { type: "abort", supersededBy: number } as const;
      await journal.command(one.number, { id: `superseded by ${number}`, actor, command });
    }
  };

  /** The release that was active before the active one, by the rollouts that ended well. */
  const previousOf = async (environment: string, service: string, current: string | undefined): Promise<string> => {
    const history = await index.list({ environment, service, limit: historyLength });
    // Deployed once more, a release has itself before it: the way to it is further back.
    const isWayTo = ({ status, from, to }: (typeof history)[number]) =>
      status === "succeeded" && to === current && from !== current;
    const previous = history.find(isWayTo)?.from;
    if (previous !== undefined) return previous;
    throw new Refusal({
      status: 409,
      code: "release-not-available",
      title: `There is no release of ${service} before the active one`,
    });
  };

  const findRelease = async (environment: string, service: string, wanted: string): Promise<ReleaseRecord> => {
    const current = (await active.of(environment))[service]?.name;
    const prefix = wanted === "previous" ? await previousOf(environment, service, current) : wanted;
    const names = await releases.find(service, environment, prefix);
    const exact = names.includes(prefix) ? [prefix] : names;
    const [name] = exact;
    const release = name === undefined ? undefined : await releases.get(name);
    if (release === undefined) throw releaseUnknown({ service, environment }, wanted);
    if (exact.length > 1) {
      throw new Refusal({
        status: 409,
        code: "release-ambiguous",
        title: `Several releases begin with ${wanted}`,
        hint: exact.join(", "),
      });
    }
    if (!release.available) {
      throw new Refusal({
        status: 409,
        code: "release-not-available",
        title: `Release ${release.name} is too old${release.snapshot === undefined ? "" : ": its snapshot was deleted"}`,
        hint: "check its code out and deploy it again",
      });
    }
    return release;
  };

  return {
    createRollout: async ({ body, caller, signal }) => {
      const found = requireEnvironment(pool, body.environment);
      const environment = found.name;
      const { service, kind, idempotencyKey, whenBusy } = body;
      const { actor } = caller;
      const before = await index.byKey(idempotencyKey);
      const wanted = before === undefined ? await findRelease(environment, service, body.release) : undefined;
      // Not under the lock: an image may have to be pushed.
      const make = wanted && (await forClustersOfToday(wanted, { environment: found, actor, signal }, resources));
      const number = await exclusively(async () => {
        const known = await index.byKey(idempotencyKey);
        if (known !== undefined) return madeBefore(known, { ...body, environment }, releases);
        await refuseUnlessAsked(environment, service, whenBusy);
        const asked = await findRelease(environment, service, body.release);
        const release = make !== undefined && asked.name === wanted?.name ? await make() : asked;
        await refuseAddressesTakenSince(release, { active, index, releases });
        const running = (await active.of(environment))[service];
        refuseOtherNamespace(release, running);
        const from = running?.name;
        const strategy = rolloutStrategy(release, running, kind);
        const request = { environment, service, from, to: release.name, kind, actor, strategy };
        return (await engine.submit(request, idempotencyKey)).number;
      });
      if (whenBusy === "supersede") await supersede({ number, environment, service, actor });
      return reader.get(number);
    },
    removeService: async ({ params, query, caller }) => {
      const environment = requireEnvironment(pool, query.environment).name;
      const { service } = params;
      const { actor } = caller;
      const number = await exclusively(async () => {
        const from = (await active.of(environment))[service]?.name;
        if (from === undefined) throw notFound(`${service} has no active release in ${environment}`);
        await refuseUnlessAsked(environment, service, query.whenBusy);
        const request = { environment, service, from, to: undefined, kind: "removal", actor } as const;
        return (await engine.submit({ ...request, strategy: "rolling" }, `removal-${randomUUID()}`)).number;
      });
      if (query.whenBusy === "supersede") await supersede({ number, environment, service, actor });
      return reader.get(number);
    },
    listRollouts: async ({ query }) => {
      const environment = query.environment === undefined ? {} : { environment: query.environment };
      const service = query.service === undefined ? {} : { service: query.service };
      return { items: await reader.list({ ...environment, ...service, limit: query.limit }) };
    },
    getRollout: ({ params, query }) => reader.get(params.number, query.until),
    listRolloutEntries: async ({ params }) => ({ items: await reader.entries(params.number) }),
    followRollout: async ({ params, lastEventId, signal }) => {
      // A rollout that is not there is a problem, not a stream that breaks.
      await reader.get(params.number);
      return reader.follow(params.number, lastEventId, signal);
    },
  };
}

/** A release of another pattern of namespaces, made before the profile changed: what runs would stay behind in the old one. */
function refuseOtherNamespace(release: ReleaseRecord, running: ReleaseRecord | undefined): void {
  if (running === undefined || running.namespace === release.namespace) return;
  throw new Refusal({
    status: 409,
    code: "release-not-available",
    title: `Release ${release.name} lives in the namespace ${release.namespace}, and ${release.service} runs in ${running.namespace}`,
    hint: `deploy its code again; where the new namespace is wanted: fairway remove ${release.service}, then deploy`,
  });
}
