import * as z from "zod/mini";
import { defaults } from "./defaults.ts";
import { duration, number, table } from "./described.ts";

export const slo = table(
  {
    availability: z.optional(
      number(50, 99.999, {
        description: "Percent of the requests that must succeed",
        example: "availability = 99.9",
      }),
    ),
    latency: z.optional(
      duration("ms", 1, 600_000, {
        description: "Within which 99 percent of the requests are answered; a number is milliseconds",
        example: 'latency = "300ms"',
      }),
    ),
    window: z.optional(
      duration("d", 1, 365, {
        description: "Over which time that is counted; a number is days",
        example: 'window = "30d"',
        default: `"${defaults.sloWindow}d"`,
      }),
    ),
  },
  { description: "What users may rely on; gives the error budget", example: "[slo]\navailability = 99.9" },
);
