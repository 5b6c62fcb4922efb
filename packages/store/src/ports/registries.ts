import type { Registries, RegistryRecord } from "@fairway/catalog";
import type { Kysely, Selectable } from "kysely";
import { storedJson } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";

export function openRegistries(db: Kysely<Tables>): Registries {
  return {
    async put({ name, environment, prefix, plainHttp, files, bases, createdAt }) {
      const values = {
        environment,
        prefix,
        plain_http: plainHttp,
        docker_config: files.dockerConfig,
        pull_docker_config: files.pullDockerConfig,
        certificate_authority: files.certificateAuthority,
        bases: storedJson(bases),
        created_at: new Date(createdAt),
      };
      await db
        .insertInto("registries")
        .values({ name, ...values })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
        .execute();
    },
    async get(name) {
      const row = await db.selectFrom("registries").selectAll().where("name", "=", name).executeTakeFirst();
      return row === undefined ? undefined : registryOf(row);
    },
    async of(environment) {
      const row = await db
        .selectFrom("registries")
        .selectAll()
        .where("environment", "=", environment)
        .executeTakeFirst();
      return row === undefined ? undefined : registryOf(row);
    },
    async list() {
      return (await db.selectFrom("registries").selectAll().orderBy("name").execute()).map(registryOf);
    },
    async remove(name) {
      await db.deleteFrom("registries").where("name", "=", name).execute();
    },
  };
}

function registryOf(row: Selectable<Tables["registries"]>): RegistryRecord {
  return {
    name: row.name,
    environment: row.environment,
    prefix: row.prefix,
    plainHttp: row.plain_http,
    files: {
      dockerConfig: row.docker_config,
      pullDockerConfig: row.pull_docker_config,
      certificateAuthority: row.certificate_authority,
    },
    // Only `put` writes it.
    bases: row.bases as RegistryRecord["bases"],
    createdAt: row.created_at.toISOString(),
  };
}
