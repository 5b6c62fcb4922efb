import type { ClusterRecord, Clusters } from "@fairway/catalog";
import type { Kysely, Selectable } from "kysely";
import type { Tables } from "../database/tables.ts";

export function openClusters(db: Kysely<Tables>): Clusters {
  return {
    async put(cluster) {
      const { name, ...values } = {
        name: cluster.name,
        environment: cluster.environment,
        embedded: cluster.embedded,
        kubeconfig: cluster.kubeconfig,
        context: cluster.context ?? null,
        address_template: cluster.addressTemplate,
        gateway: cluster.gateway ?? null,
        lost_by: cluster.lost?.by ?? null,
        lost_at: cluster.lost === undefined ? null : new Date(cluster.lost.at),
        retiring_by: cluster.retiring?.by ?? null,
        retiring_at: cluster.retiring === undefined ? null : new Date(cluster.retiring.at),
        created_at: new Date(cluster.createdAt),
      };
      await db
        .insertInto("clusters")
        .values({ name, ...values })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
        .execute();
    },
    async get(name) {
      const row = await db.selectFrom("clusters").selectAll().where("name", "=", name).executeTakeFirst();
      return row === undefined ? undefined : clusterOf(row);
    },
    async list() {
      return (await db.selectFrom("clusters").selectAll().orderBy("name").execute()).map(clusterOf);
    },
    async remove(name) {
      await db.deleteFrom("clusters").where("name", "=", name).execute();
    },
  };
}

function clusterOf(row: Selectable<Tables["clusters"]>): ClusterRecord {
  return {
    name: row.name,
    environment: row.environment,
    embedded: row.embedded,
    kubeconfig: row.kubeconfig,
    context: row.context ?? undefined,
    addressTemplate: row.address_template,
    gateway: row.gateway ?? undefined,
    lost: wordOf(row.lost_by, row.lost_at),
    retiring: wordOf(row.retiring_by, row.retiring_at),
    createdAt: row.created_at.toISOString(),
  };
}

function wordOf(by: string | null, at: Date | null): ClusterRecord["lost"] {
  return by === null || at === null ? undefined : { by, at: at.toISOString() };
}
