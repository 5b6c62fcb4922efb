import * as z from "zod";
import * as s from "../schemas.ts";

export const service = z.object({ service: s.serviceName });

/** Numbers are 32 bits wide where they are kept. */
export const rolloutNumber = z.object({ number: z.coerce.number().int().positive().max(2_147_483_647) });

/** Text that is kept: PostgreSQL takes no null byte, and nobody wants the others in a list. */
export const withoutControls = /^\P{Cc}*$/u;

/** What a team writes: app.toml, and the files of `kubernetes/` beside it, by name. */
export const serviceFiles = { appToml: z.string().max(1_048_576), kubernetes: s.kubernetesFiles.default({}) };

/** What happens where another rollout of the service is under way: no, after it, or in its place. */
export const whenBusy = z.enum(["refuse", "queue", "supersede"]).default("refuse");

/** Why an image cannot be had or made. */
export const imageProblems = [
  "registry-missing",
  "base-image-missing",
  "image-not-found",
  "registry-unauthorized",
  "registry-not-public",
  "registry-unreachable",
] as const;

/** Left out where there is only one environment. */
export const inEnvironment = z.object({ environment: s.environmentName.optional() });
