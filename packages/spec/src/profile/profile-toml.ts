import * as z from "zod/mini";
import { described } from "../schema/described.ts";
import { dnsLabelName } from "../schema/names.ts";
import { access } from "./schema/access.ts";
import { bases } from "./schema/bases.ts";
import { health } from "./schema/health.ts";
import { images } from "./schema/images.ts";
import { kubernetes } from "./schema/kubernetes.ts";
import { limits } from "./schema/limits.ts";
import { annotations, labels } from "./schema/metadata.ts";
import { metrics } from "./schema/metrics.ts";
import { namespace } from "./schema/namespace.ts";
import { network } from "./schema/network.ts";
import { publicSettings } from "./schema/public.ts";
import { quota } from "./schema/quota.ts";
import { rules } from "./schema/rules.ts";
import { security } from "./schema/security.ts";
import { sizes } from "./schema/sizes.ts";

// Everything about the profile's fields is said here and in `schema/` once, as app.toml's are in `../schema/app-toml.ts`.
// Nothing is filled in: every layer of a profile is partial.

/** What a profile says, and each of its overlays may; the keys of `ProfileSettings` in the words of the file. */
const settingsSchema = z.strictObject({
  namespace: z.optional(namespace),
  security: z.optional(security),
  sizes: z.optional(sizes),
  limits: z.optional(limits),
  quota: z.optional(quota),
  bases: z.optional(bases),
  images: z.optional(images),
  health: z.optional(health),
  metrics: z.optional(metrics),
  labels: z.optional(labels),
  annotations: z.optional(annotations),
  public: z.optional(publicSettings),
  access: z.optional(access),
  network: z.optional(network),
  kubernetes: z.optional(kubernetes),
});
export type ProfileLayer = z.output<typeof settingsSchema>;

// One image of a service is made for a whole environment, and what a team writes is checked for all of its clusters.
const inCluster = z.omit(settingsSchema, {
  namespace: true,
  bases: true,
  images: true,
  health: true,
  metrics: true,
  kubernetes: true,
});
const inEnvironment = z.omit(settingsSchema, { namespace: true });

function overlays<S extends z.ZodMiniType>(key: string, what: string, sample: string, schema: S) {
  const example = `[${key}.${sample}.quota]\npods = 100`;
  const info = { description: `What differs ${what}`, needs: "a table", example };
  return z.optional(
    described(
      z.record(
        dnsLabelName({ description: `The name of ${what.replace(/^\S+ /, "")}`, example }, "a name: "),
        described(schema, info),
      ),
      info,
    ),
  );
}

/** The whole file. */
export const profileSchema = described(
  z.strictObject({
    ...settingsSchema.shape,
    rules: z.optional(rules),
    envs: overlays("envs", "in one environment", "prod", inEnvironment),
    clusters: overlays("clusters", "in one cluster", "alpha", inCluster),
    services: overlays("services", "for one service", "user", inEnvironment),
  }),
  { description: "The platform owner's profile", needs: "a table", example: 'security = "restricted"' },
);
export type ProfileToml = z.output<typeof profileSchema>;
