import * as z from "zod/mini";
import { build } from "./build.ts";
import { crons } from "./crons.ts";
import { dependencies } from "./dependencies.ts";
import { deploy } from "./deploy.ts";
import { described, loosened } from "./described.ts";
import { engine } from "./engine.ts";
import { events } from "./events.ts";
import type { FieldInfo } from "./field-info.ts";
import { health } from "./health.ts";
import { kubernetes } from "./kubernetes.ts";
import { memory } from "./memory.ts";
import { metrics } from "./metrics.ts";
import { migrations } from "./migrations.ts";
import { dnsLabelName } from "./names.ts";
import { publicAddresses } from "./public.ts";
import { replicas } from "./replicas.ts";
import { resources } from "./resources.ts";
import { run } from "./run.ts";
import { service } from "./service.ts";
import { slo } from "./slo.ts";
import { storages } from "./storages.ts";
import { env, secrets } from "./variables.ts";

// Everything about app.toml's fields is said once, in this file and its neighbours: shape, limits, words for people. Checks,
// help and the JSON Schema for editors are derived from it. Defaults are not applied here, since `[envs.*]` must stay partial.

/** One environment after its overrides are merged in. */
export const settingsSchema = z.strictObject({
  ...service,
  replicas: z.optional(replicas),
  engine: z.optional(engine),
  build: z.optional(build),
  run: z.optional(run),
  health: z.optional(health),
  metrics: z.optional(metrics),
  dependencies: z.optional(dependencies),
  storages: z.optional(storages),
  events: z.optional(events),
  crons: z.optional(crons),
  migrations: z.optional(migrations),
  env: z.optional(env),
  secrets: z.optional(secrets),
  public: z.optional(publicAddresses),
  deploy: z.optional(deploy),
  resources: z.optional(resources),
  memory: z.optional(memory),
  slo: z.optional(slo),
  kubernetes: z.optional(kubernetes),
});
export type Settings = z.output<typeof settingsSchema>;

const overridesInfo: FieldInfo = {
  description: "What differs in one environment; tables merge key by key, lists and other values replace",
  needs: "a table",
  example: "[envs.prod]\nreplicas = 3",
};

/** Each costs a check of everything. */
export const maxEnvironments = 100;

const environmentName = dnsLabelName(
  { description: "Name of an environment", example: "[envs.prod]" },
  "an environment's name: ",
);
/** Made when a file has `[envs.*]`: it is as large as all the rest. */
const overrides = z.lazy(() => described(loosened(z.omit(settingsSchema, { name: true, kind: true })), overridesInfo));

/** The whole file. */
export const appTomlSchema = described(
  z.strictObject({
    ...settingsSchema.shape,
    envs: z.optional(
      described(
        z.record(environmentName, overrides).check(z.refine((envs) => Object.keys(envs).length <= maxEnvironments)),
        { ...overridesInfo, needs: `a table of at most ${maxEnvironments} environments` },
      ),
    ),
  }),
  { description: "A service", needs: "a table", example: 'name = "user"' },
);
