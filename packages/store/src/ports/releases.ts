import type { Commit, ReleaseRecord, ReleaseStore, ServiceProfile, ServiceSource } from "@fairway/catalog";
import { type Kysely, type Selectable, sql } from "kysely";
import { storedJson } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";
import { byName } from "./by-name.ts";

const mostFound = 10;

/** Another one after each write of a row: the transaction that wrote it. */
const version = sql<string>`releases.xmin::text`.as("version");

export function openReleases(db: Kysely<Tables>): ReleaseStore {
  const ofService = (service: string, environment: string) =>
    db.selectFrom("releases").where("environment", "=", environment).where("service", "=", service);
  /** With which version of its row each active release was read. */
  const versions = new WeakMap<ReleaseRecord, string>();
  return {
    async put(release) {
      const row = await db
        .insertInto("releases")
        .values({
          name: release.name,
          service: release.service,
          environment: release.environment,
          namespace: release.namespace,
          snapshot: release.snapshot ?? null,
          profile: storedJson(release.profile),
          inputs: storedJson(release.inputs),
          objects: storedJson(release.objects),
          source: release.source === undefined ? null : storedJson(release.source),
          profile_version: release.profileVersion ?? null,
          commit: release.commit === undefined ? null : storedJson(release.commit),
          same_as: release.sameAs === undefined ? null : storedJson(release.sameAs),
          migration: release.migration === undefined ? null : storedJson(release.migration),
          created_at: new Date(release.createdAt),
          actor: release.actor,
          available: release.available,
        })
        .onConflict((conflict) =>
          conflict.column("name").doUpdateSet({
            available: sql<boolean>`releases.available or excluded.available`,
            source: sql<string>`coalesce(releases.source, excluded.source)`,
            // Content that was tried out before it was committed gets the commit that has it.
            commit: sql<string>`case when coalesce((releases.commit->>'dirty')::boolean, true)
              then coalesce(excluded.commit, releases.commit) else releases.commit end`,
            profile_version: sql<string>`coalesce(releases.profile_version, excluded.profile_version)`,
            stored_at: sql<Date>`clock_timestamp()`,
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return releaseOf(row);
    },
    async get(name) {
      const row = await db.selectFrom("releases").selectAll().where("name", "=", name).executeTakeFirst();
      return row === undefined ? undefined : releaseOf(row);
    },
    async commit(name) {
      const row = await db.selectFrom("releases").select("commit").where("name", "=", name).executeTakeFirst();
      return (row?.commit as Commit | null | undefined) ?? undefined;
    },
    async find(service, environment, prefix) {
      const rows = await ofService(service, environment)
        .select("name")
        .where(sql<boolean>`starts_with(name, ${prefix})`)
        .orderBy("name")
        .limit(mostFound)
        .execute();
      return rows.map((row) => row.name);
    },
    async list(service, environment, limit) {
      const rows = await ofService(service, environment)
        .selectAll()
        .orderBy("created_at", "desc")
        .orderBy("name")
        .limit(limit)
        .execute();
      return rows.map(releaseOf);
    },
    async kept(service, environment) {
      const rows = await ofService(service, environment).select("name").where("available", "=", true).execute();
      return rows.map((row) => row.name);
    },
    async active(environment, known = {}) {
      const joined = db
        .selectFrom("active")
        .innerJoin("releases", "releases.name", "active.release")
        .where("active.environment", "=", environment);
      const now = await joined.select(["active.service", "releases.name", version]).execute();
      // A restored backup may have written all rows in one transaction.
      const isKnown = (row: (typeof now)[number]) => {
        const before = known[row.service];
        return before?.name === row.name && versions.get(before) === row.version;
      };
      const changed = now.filter((row) => !isKnown(row)).map(({ service }) => service);
      const read = changed.length === 0 ? undefined : joined.selectAll("releases").select(version);
      // All of them need no list of their names.
      const some = changed.length === now.length ? read : read?.where("active.service", "in", changed);
      const rows = (await some?.execute()) ?? [];
      const found = rows.map((row) => {
        const release = releaseOf(row);
        versions.set(release, row.version);
        return release;
      });
      const kept = now.filter(isKnown).flatMap(({ service }) => known[service] ?? []);
      return byName(
        [...kept, ...found],
        ({ service }) => service,
        (release) => release,
      );
    },
    async activeServices(environment, cluster) {
      let query = db
        .selectFrom("active")
        .innerJoin("releases", "releases.name", "active.release")
        .select("active.service")
        .where("active.environment", "=", environment)
        .orderBy("active.service");
      if (cluster !== undefined) query = query.where(sql<boolean>`jsonb_exists(releases.objects, ${cluster})`);
      const rows = await query.execute();
      return rows.map(({ service }) => service);
    },
    async activeOf(environment, services) {
      if (services.length === 0) return [];
      const rows = await db
        .selectFrom("active")
        .innerJoin("releases", "releases.name", "active.release")
        .selectAll("releases")
        .where("active.environment", "=", environment)
        .where("active.service", "in", [...services])
        .orderBy("active.service")
        .execute();
      return rows.map(releaseOf);
    },
    async retire(keep) {
      return db.transaction().execute(async (transaction) => {
        await sql`
          update releases set available = false
          where available
            and name in (
              select name from (
                select name, row_number() over (partition by environment, service order by stored_at desc, name desc) as place
                from releases where available
              ) as newest where place > ${keep}
            )
            and name not in (select release from active)
            and name not in (
              select "from" from (
                select distinct on (environment, service) "from" from rollouts
                where status = 'succeeded' and "from" is distinct from "to"
                order by environment, service, number desc
              ) as newest_change where "from" is not null
            )
            and not exists (
              select from rollouts where closed_at is null and releases.name in ("from", "to")
            )`.execute(transaction);
        const needless = await sql<{ digest: string }>`
          select digest from snapshots
          where exists (select from releases where snapshot = digest)
            and not exists (select from releases where snapshot = digest and available)
          order by digest`.execute(transaction);
        return needless.rows.map((row) => row.digest);
      });
    },
  };
}

function releaseOf(row: Selectable<Tables["releases"]>): ReleaseRecord {
  // Only `put` writes the JSON columns.
  const profile = row.profile as ServiceProfile;
  return {
    name: row.name,
    service: row.service,
    environment: row.environment,
    namespace: row.namespace,
    snapshot: row.snapshot ?? undefined,
    // JSON has no undefined.
    profile: { ...profile, owner: profile.owner },
    source: (row.source as ServiceSource | null) ?? undefined,
    profileVersion: row.profile_version ?? undefined,
    inputs: row.inputs,
    objects: row.objects as ReleaseRecord["objects"],
    ...(row.same_as === null ? {} : { sameAs: row.same_as as NonNullable<ReleaseRecord["sameAs"]> }),
    ...(row.migration === null ? {} : { migration: row.migration as NonNullable<ReleaseRecord["migration"]> }),
    ...(row.commit === null ? {} : { commit: row.commit as Commit }),
    createdAt: row.created_at.toISOString(),
    actor: row.actor,
    available: row.available,
  };
}
