import type { EscapeHatch } from "@fairway/api";
import { hatchUses } from "@fairway/manifests";
import { z } from "zod";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import type { ActiveReleases } from "../releases/active-releases.ts";

/** The part of a release's inputs that is looked at; older versions stored none. */
const inputs = z.object({
  spec: z.object({
    kubernetes: z.object({
      patches: z.array(
        z.object({
          kind: z.string(),
          name: z.string().optional(),
          change: z.discriminatedUnion("type", [
            z.object({ type: z.literal("strategic"), merge: z.record(z.string(), z.unknown()) }),
            z.object({
              type: z.literal("json"),
              operations: z.array(
                z.object({ op: z.enum(["add", "remove", "replace", "move", "copy", "test"]), path: z.string() }),
              ),
            }),
          ]),
        }),
      ),
    }),
  }),
  extras: z.array(z.object({ kind: z.string() })),
});

/** What active releases bring past the fields of app.toml, counted: for a platform owner who looks for missing fields. */
export function escapeHatchHandlers(pool: ClusterPool, active: ActiveReleases): Pick<Handlers, "listEscapeHatches"> {
  return {
    listEscapeHatches: async ({ query }) => {
      const releases = await active.of(requireEnvironment(pool, query.environment).name);
      const found = Object.entries(releases).flatMap(([service, release]) => {
        const { data } = inputs.safeParse(release.inputs);
        if (data === undefined) return [];
        const patches = data.spec.kubernetes.patches.map(({ name, ...patch }) => ({ ...patch, name }));
        return hatchUses(patches, data.extras).map((use) => ({ service, use }));
      });
      const items = [...Map.groupBy(found, ({ use }) => JSON.stringify(use)).values()].flatMap((group) =>
        group.slice(0, 1).map(({ use }): EscapeHatch => ({ ...use, services: group.map(({ service }) => service) })),
      );
      return { items: items.toSorted((a, b) => b.services.length - a.services.length) };
    },
  };
}
