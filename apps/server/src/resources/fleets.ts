import type { Fleet, FleetDetail } from "@fairway/api";
import type { FleetPlace, FleetRecord, Fleets, ReleaseStore } from "@fairway/catalog";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import { fleetUnderWay, stoppable } from "../fleets/fleet-under-way.ts";
import { orderServices } from "../fleets/order-services.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { ChangeSignal } from "../live/change-signal.ts";
import { followState } from "../live/follow-state.ts";
import type { ReadProfile } from "../profile/current-profile.ts";

export interface FleetParts {
  readonly pool: ClusterPool;
  readonly fleets: Fleets;
  readonly releases: Pick<ReleaseStore, "activeServices" | "activeOf">;
  readonly profile: ReadProfile;
  /** Environments whose fleets may be different. */
  readonly changes: Pick<ChangeSignal<string>, "subscribe">;
  /** Tells the driver, and whoever follows, that a fleet is different. */
  readonly changed: (environment: string) => void;
}

type FleetRoutes = "startFleet" | "fleetOrder" | "listFleets" | "getFleet" | "followFleet" | "commandFleet";

/** From which states a command leads to which. */
const commands = {
  pause: { from: ["running"], to: "paused" },
  resume: { from: ["paused", "halted"], to: "running" },
  stop: { from: stoppable, to: "stopped" },
} as const;

export function fleetHandlers(parts: FleetParts): Pick<Handlers, FleetRoutes> {
  const { pool, fleets, releases } = parts;

  const order = (environment: string): Promise<readonly FleetPlace[]> => orderServices(releases, environment);

  const detail = async (number: number): Promise<FleetDetail> => {
    const fleet = await fleets.get(number);
    if (fleet === undefined) throw notFound(`there is no fleet rollout ${number}`, "see the newest: fairway fleet");
    const services = (await fleets.services(number)).map(({ service, state, rollout, reason }) => ({
      ...{ service, state },
      ...(rollout === undefined ? {} : { rollout }),
      ...(reason === undefined ? {} : { reason }),
    }));
    return { ...view(fleet), services };
  };

  return {
    startFleet: async ({ body, caller }) => {
      const environment = requireEnvironment(pool, body.environment).name;
      // One that cannot be read would refuse every service.
      await parts.profile();
      const { services: only, parallel, stopAfter } = body;
      const all = (await order(environment)).map(({ service }) => service);
      const unknown = (only ?? []).filter((name) => !all.includes(name));
      if (unknown.length > 0)
        throw notFound(`${unknown.join(", ")}: nothing of that name runs in ${environment}`, "see: fairway services");
      const services = only === undefined ? all : all.filter((name) => only.includes(name));
      const asked = { environment, kind: "profile", cluster: undefined, parallel, stopAfter } as const;
      const fleet = await fleets.start({ ...asked, actor: caller.actor }, services);
      if (fleet === undefined) throw await fleetUnderWay(fleets, environment);
      parts.changed(environment);
      return detail(fleet.number);
    },
    fleetOrder: async ({ query }) => ({
      items: (await order(requireEnvironment(pool, query.environment).name)).map(({ availability, ...place }) => ({
        ...place,
        ...(availability === undefined ? {} : { availability }),
      })),
    }),
    listFleets: async ({ query: { environment, limit } }) => ({
      items: (await fleets.list({ ...(environment === undefined ? {} : { environment }), limit })).map(view),
    }),
    getFleet: ({ params }) => detail(params.number),
    followFleet: async ({ params, signal }) => {
      // One that is not there is a problem, not a stream that breaks.
      const { environment } = await detail(params.number);
      return followState(() => detail(params.number), isOver, parts.changes, environment, signal);
    },
    commandFleet: async ({ params: { number }, body }) => {
      const { type } = body.command;
      const before = await detail(number);
      const { from, to } = commands[type];
      const forgiven = before.services.filter(({ state }) => state === "failed").length;
      const change = { status: to, reason: undefined, ...(type === "resume" ? { forgiven } : {}) };
      if (!(await fleets.update(number, from, change))) {
        const { status } = await detail(number);
        throw new Refusal({
          status: 409,
          code: "command-refused",
          title: `Fleet rollout ${number} is ${status}`,
          hint:
            status === "done" || status === "stopped" ? "start another one: fairway fleet start" : "see: fairway fleet",
        });
      }
      parts.changed(before.environment);
      return detail(number);
    },
  };
}

/** Nothing more happens by itself: rollouts that went on after a halt have ended too. */
function isOver({ status, services }: FleetDetail): boolean {
  const goesOn = status === "running" || status === "paused";
  return !goesOn && services.every(({ state }) => state !== "rolling");
}

function view(fleet: FleetRecord): Fleet {
  const { number, environment, kind, cluster, status, reason, parallel, stopAfter, actor, createdAt, endedAt } = fleet;
  return {
    ...{ number, environment, kind, status, parallel, stopAfter, actor, createdAt },
    ...(cluster === undefined ? {} : { cluster }),
    ...(reason === undefined ? {} : { reason }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}
