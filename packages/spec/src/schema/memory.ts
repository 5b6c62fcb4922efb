import * as z from "zod/mini";
import { table, wholeNumber } from "./described.ts";

export const memory = table(
  {
    stagger: z.optional(
      wholeNumber(1, 10, {
        description:
          "Over how many workloads with different memory limits the replicas are split, so that a leak does not end all at once",
        example: "stagger = 3",
        default: "1",
      }),
    ),
  },
  { description: "How the service survives its own leaks", example: "[memory]\nstagger = 3" },
);
