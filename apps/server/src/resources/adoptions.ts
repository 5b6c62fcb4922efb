import type { Adoption, AdoptionPreview } from "@fairway/api";
import { type AdoptionRecord, type Adoptions, type RolloutIndex, turnOf } from "@fairway/catalog";
import { placeInSlot } from "@fairway/manifests";
import {
  type AdoptionFinding,
  type AdoptionPlan,
  type AdoptionSource,
  carriedName,
  type Journal,
  type Releases,
  surveyAdoption,
} from "@fairway/rollout";
import { type AdoptionDriver, rolloutKey } from "../adoptions/adoption-driver.ts";
import { openAdoption } from "../adoptions/open-adoption.ts";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { type Environment, requireEnvironment } from "../clusters/environments.ts";
import { pooledPort } from "../clusters/pooled-port.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { ChangeSignal } from "../live/change-signal.ts";
import { followState } from "../live/follow-state.ts";
import { releaseUnknown } from "../releases/release-unknown.ts";
import { rolloutActive } from "../rollouts/rollout-refusals.ts";
import { adoptionPlanView } from "../views/adoption-plan-view.ts";

type Stored = AdoptionRecord<AdoptionPlan>;

export interface AdoptionParts {
  readonly pool: ClusterPool;
  readonly adoptions: Adoptions<AdoptionPlan>;
  readonly driver: Pick<AdoptionDriver, "acts">;
  readonly stored: Releases;
  readonly journal: Pick<Journal<never>, "active">;
  readonly index: Pick<RolloutIndex, "list" | "byKey">;
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
  readonly changes: Pick<ChangeSignal<string>, "subscribe">;
  /** Tells the driver, and whoever follows, that an adoption is different. */
  readonly changed: (environment: string) => void;
}

type AdoptionRoutes =
  | "previewAdoption"
  | "startAdoption"
  | "listAdoptions"
  | "getAdoption"
  | "followAdoption"
  | "commandAdoption";

export function adoptionHandlers(parts: AdoptionParts): Pick<Handlers, AdoptionRoutes> {
  const { pool, adoptions, index, exclusively } = parts;

  const survey = async (
    environment: Environment,
    asked: { readonly service: string; readonly release: string; readonly from: AdoptionSource },
    signal: AbortSignal,
  ) => {
    const { service } = asked;
    const release = await parts.stored.get(asked.release);
    if (release === undefined || release.service !== service || release.environment !== environment.name)
      throw releaseUnknown({ service, environment: environment.name }, asked.release);
    const clusters = environment.clusters.map(({ record }) => pooledPort(pool, record.name));
    const objectsOf = (cluster: string) =>
      placeInSlot(release.objects[cluster] ?? [], "a", carriedName(release, cluster));
    return surveyAdoption(clusters, asked.from, { service, namespace: release.namespace, objectsOf }, signal);
  };

  const view = async (record: Stored): Promise<Adoption> => {
    const { number, environment, service, release, state, reason, actor, createdAt, changedAt, endedAt } = record;
    const rollout = turnOf(state).type === "rollout" ? (await index.byKey(rolloutKey(record)))?.number : undefined;
    return {
      ...{ number, environment, service, release, state, actor, createdAt, changedAt },
      plan: adoptionPlanView(record.plan, endedAt === undefined ? parts.driver.acts(number) : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(rollout === undefined ? {} : { rollout }),
      ...(endedAt === undefined ? {} : { endedAt }),
    };
  };

  const detail = async (number: number): Promise<Adoption> => {
    const record = await adoptions.get(number);
    if (record === undefined) throw notFound(`there is no adoption ${number}`, "see the newest: fairway adopt status");
    return view(record);
  };

  const refuseWhileRollingOut = async (environment: string, service: string): Promise<void> => {
    const [newest] = await index.list({ environment, service, limit: 1 });
    if (newest === undefined || (newest.status !== "unfinished" && newest.converging.length === 0)) return;
    throw rolloutActive(newest.number, service);
  };

  return {
    previewAdoption: async ({ body, signal }): Promise<AdoptionPreview> => {
      const { plan, findings } = await survey(requireEnvironment(pool, body.environment), body, signal);
      return {
        ...(plan === undefined ? {} : { plan: adoptionPlanView(plan, {}) }),
        findings: findings.map((finding) => ({ ...finding })),
      };
    },
    startAdoption: async ({ body, caller, signal }) => {
      const environment = requireEnvironment(pool, body.environment);
      const { service, release } = body;
      const record = await exclusively(async () => {
        const place = { environment: environment.name, service };
        const open = await openAdoption(adoptions, place);
        if (open !== undefined) throw alreadyOpen(open);
        await refuseWhileRollingOut(environment.name, service);
        const active = await parts.journal.active(environment.name, service);
        if (active !== undefined)
          throw new Refusal({
            status: 409,
            code: "adoption-not-possible",
            title: `${service} runs in ${environment.name} already, by release ${active.release}`,
            hint: `an adoption begins with nothing of ours: fairway remove ${service}, then adopt it`,
          });
        const { plan, findings } = await survey(environment, body, signal);
        if (plan === undefined || findings.length > 0) throw notPossible(service, findings);
        const claims = Object.values(plan.clusters).some(({ claim }) => claim !== undefined);
        const state = claims ? "claiming" : "beside";
        const made = await adoptions.start({ ...place, release, plan, state, actor: caller.actor });
        if (made === undefined) throw alreadyOpen({ ...place, state: "open" });
        return made;
      });
      parts.changed(environment.name);
      return view(record);
    },
    listAdoptions: async ({ query: { environment, service, limit } }) => {
      const found = await adoptions.list({
        ...(environment === undefined ? {} : { environment }),
        ...(service === undefined ? {} : { service }),
        limit,
      });
      return { items: await Promise.all(found.map(view)) };
    },
    getAdoption: ({ params }) => detail(params.number),
    followAdoption: async ({ params, signal }) => {
      // One that is not there is a problem, not a stream that breaks.
      const { environment } = await detail(params.number);
      return followState(() => detail(params.number), isSettled, parts.changes, environment, signal);
    },
    commandAdoption: async ({ params: { service }, body }) => {
      const environment = requireEnvironment(pool, body.environment).name;
      const number = await exclusively(async () => {
        const [newest] = await adoptions.list({ environment, service, limit: 1 });
        if (newest === undefined)
          throw notFound(`${service} has never been adopted in ${environment}`, "see: fairway help adopt");
        const { type } = body.command;
        if (newest.state !== "moved") throw refusedCommand(newest, type);
        await refuseWhileRollingOut(environment, service);
        const next = { state: type === "confirm" ? "taking" : "leading-back", reason: undefined } as const;
        if (!(await adoptions.become(newest.number, newest.turn, next))) throw refusedCommand(newest, type);
        return newest.number;
      });
      parts.changed(environment);
      return detail(number);
    },
  };
}

/** Nothing more happens by itself. */
function isSettled({ state, endedAt }: Adoption): boolean {
  return state === "moved" || endedAt !== undefined;
}

function alreadyOpen({ service, state }: Pick<Stored, "service"> & { readonly state: string }): Refusal {
  return new Refusal({
    status: 409,
    code: "adoption-active",
    title: `${service} is being adopted: ${state}`,
    hint: `see it: fairway adopt status ${service}`,
  });
}

function refusedCommand({ service, state, endedAt }: Stored, type: "confirm" | "undo"): Refusal {
  return new Refusal({
    status: 409,
    code: "command-refused",
    title: `The adoption of ${service} cannot be ${type === "confirm" ? "confirmed" : "undone"}: it is ${state}`,
    hint:
      endedAt !== undefined
        ? "it has ended; begin another one: fairway adopt"
        : state === "beside"
          ? "it can be when it has moved; fairway abort ends the rollout, and the adoption with it"
          : `see how it goes: fairway adopt status ${service}`,
  });
}

function notPossible(service: string, findings: readonly AdoptionFinding[]): Refusal {
  return new Refusal({
    status: 422,
    code: "adoption-not-possible",
    title: `${service} cannot be adopted yet`,
    detail: `${findings.length === 1 ? "1 thing stops" : `${findings.length} things stop`} it; nothing was changed`,
    issues: findings.map(({ cluster, code, message, advice }) => ({
      ...{ code, message, hint: advice },
      ...(cluster === "" ? {} : { cluster }),
    })),
  });
}
