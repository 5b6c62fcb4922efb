import * as z from "zod/mini";
import { defaults } from "./defaults.ts";
import { described, table, wholeNumber } from "./described.ts";

const range = table(
  {
    min: wholeNumber(1, 1000, { description: "The fewest that run", example: "min = 2" }),
    max: wholeNumber(1, 1000, { description: "The most that run", example: "max = 10" }),
    cpu: z.optional(
      wholeNumber(1, 1000, {
        description: "Percent of the requested CPU that the autoscaler aims at",
        example: "cpu = 70",
        default: `${defaults.autoscalerCpu}`,
      }),
    ),
  },
  { description: "What an autoscaler keeps", example: "replicas = { min = 2, max = 10 }" },
);

export const replicas = described(z.union([z.int().check(z.minimum(0), z.maximum(1000)), range]), {
  description: "How many run in each cluster; { min, max } is kept by an autoscaler",
  needs: "a whole number from 0 to 1000, or a table with min, max, cpu",
  example: "replicas = 2",
  default: `${defaults.replicas}`,
});
