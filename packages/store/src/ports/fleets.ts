import type { FleetRecord, FleetService, Fleets } from "@fairway/catalog";
import { type Kysely, type Selectable, sql } from "kysely";
import { storedText } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";
import { takeNumber } from "../database/take-number.ts";

const now = sql<Date>`clock_timestamp()`;

/** Rows of one insert: PostgreSQL takes 65,535 parameters. */
const rowsAtOnce = 5_000;

export function openFleets(db: Kysely<Tables>): Fleets {
  return {
    async start({ environment, kind, cluster, parallel, stopAfter, actor }, services) {
      return db.transaction().execute(async (transaction) => {
        const number = await takeNumber(transaction, "fleets");
        const row = await transaction
          .insertInto("fleets")
          .values({ number, environment, kind, cluster: cluster ?? null, parallel, stop_after: stopAfter, actor })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const rows = services.map((service, position) => ({ fleet: number, service, position }));
        for (let from = 0; from < rows.length; from += rowsAtOnce) {
          await transaction
            .insertInto("fleet_services")
            .values(rows.slice(from, from + rowsAtOnce))
            .execute();
        }
        return fleetOf(row);
      });
    },
    async get(number) {
      const row = await db.selectFrom("fleets").selectAll().where("number", "=", number).executeTakeFirst();
      return row === undefined ? undefined : fleetOf(row);
    },
    async list({ environment, limit }) {
      let query = db.selectFrom("fleets").selectAll().orderBy("number", "desc").limit(limit);
      if (environment !== undefined) query = query.where("environment", "=", environment);
      return (await query.execute()).map(fleetOf);
    },
    async unfinished() {
      const rows = await db.selectFrom("fleets").selectAll().where("ended_at", "is", null).orderBy("number").execute();
      return rows.map(fleetOf);
    },
    async services(number) {
      const rows = await db
        .selectFrom("fleet_services")
        .leftJoin("rollouts", "rollouts.number", "fleet_services.rollout")
        .select(["fleet_services.service", "fleet_services.state", "fleet_services.rollout", "fleet_services.reason"])
        .select(["rollouts.status", "rollouts.reason as rolloutReason"])
        .select((one) =>
          one
            .exists(
              one
                .selectFrom("rollout_entries")
                .select("sequence")
                .whereRef("rollout_entries.rollout", "=", "fleet_services.rollout")
                // One that was refused, or never answered, took nobody's place.
                .where(sql<boolean>`body ->> 'type' = 'answered' and body ->> 'accepted' = 'true'`)
                .where(sql<boolean>`body -> 'command' ->> 'supersededBy' is not null`),
            )
            .as("superseded"),
        )
        .where("fleet", "=", number)
        .orderBy("position")
        .execute();
      return rows.map(serviceOf);
    },
    async update(number, from, { status, reason, forgiven }) {
      const row = await db
        .updateTable("fleets")
        .set({ status, reason: reason === undefined ? null : storedText(reason) })
        .$if(forgiven !== undefined, (query) => query.set({ forgiven }))
        .$if(status === "done" || status === "stopped", (query) => query.set({ ended_at: now }))
        .where("number", "=", number)
        .where("status", "in", from)
        .returning("number")
        .executeTakeFirst();
      return row !== undefined;
    },
    async begun(number, service, rollout) {
      await db
        .updateTable("fleet_services")
        .set({ state: "begun", rollout, reason: null })
        .where("fleet", "=", number)
        .where("service", "=", service)
        .execute();
    },
    async passed(number, service, state, reason) {
      await db
        .updateTable("fleet_services")
        .set({ state, reason: reason === undefined ? null : storedText(reason) })
        .where("fleet", "=", number)
        .where("service", "=", service)
        .execute();
    },
  };
}

function fleetOf(row: Selectable<Tables["fleets"]>): FleetRecord {
  const { number, environment, kind, cluster, parallel, stop_after, forgiven, status, reason, actor } = row;
  return {
    ...{ number, environment, kind, parallel, forgiven, status, actor },
    cluster: cluster ?? undefined,
    stopAfter: stop_after,
    reason: reason ?? undefined,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString(),
  };
}

const states = { unfinished: "rolling", succeeded: "done", failed: "failed", refused: "refused" } as const;

function serviceOf(row: {
  readonly service: string;
  readonly state: Selectable<Tables["fleet_services"]>["state"];
  readonly rollout: number | null;
  readonly reason: string | null;
  readonly status: keyof typeof states | null;
  readonly rolloutReason: string | null;
  readonly superseded: unknown;
}): FleetService {
  const about = { service: row.service, rollout: row.rollout ?? undefined };
  if (row.state !== "begun") return { ...about, state: row.state, reason: row.reason ?? undefined };
  // Without a status its rollout has ended so long ago that it was forgotten.
  const state = states[row.status ?? "succeeded"];
  // Whoever deployed in its place decides what runs now: it is looked at again.
  if (state === "failed" && row.superseded === true) return { ...about, state: "waiting", reason: undefined };
  return { ...about, state, reason: row.rolloutReason ?? undefined };
}
