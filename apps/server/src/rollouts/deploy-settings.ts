import type { DeploySettings } from "@fairway/rollout";
import { z } from "zod";

const seconds = z.number().transform((value) => value * 1000);

/** `[deploy]` as it lies in a stored release, which an older version may have written. */
const stored = z.object({
  spec: z.object({
    deploy: z.object({
      strategy: z.enum(["rolling", "blue-green", "canary"]).default("rolling"),
      steps: z.array(z.object({ weight: z.number(), hold: seconds.optional() })).default([]),
      switch: z.enum(["at-once", "by-hand"]).default("at-once"),
      waves: z.array(z.array(z.string())).default([]),
      bake: seconds.default(0),
      analysis: z
        .array(z.object({ query: z.string(), min: z.number().optional(), max: z.number().optional() }))
        .default([]),
    }),
  }),
});

/** How a release takes over, by its stored inputs; undefined where they do not say it: pod by pod, everywhere at once. */
export function deploySettings(inputs: unknown): DeploySettings | undefined {
  const deploy = stored.safeParse(inputs).data?.spec.deploy;
  if (deploy === undefined) return undefined;
  return {
    ...deploy,
    steps: deploy.steps.map(({ weight, hold }) => ({ weight, hold })),
    analysis: deploy.analysis.map(({ query, min, max }) => ({
      query,
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    })),
  };
}
