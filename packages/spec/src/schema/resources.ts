import * as z from "zod/mini";
import { cpuFlaw, memoryFlaw } from "../formats/quantity.ts";
import { formatted, number, table, wholeNumber } from "./described.ts";

function factor(what: string, example: string) {
  return z.optional(
    number(1, 100, {
      description: `How many times the requested ${what} a replica may take at most`,
      example,
      default: "the platform's profile",
    }),
  );
}

export const resources = table(
  {
    cpu: z.optional(
      formatted(cpuFlaw, {
        description: "CPU of one replica: cores, or thousandths of one; wins over the size and over recommendations",
        needs: 'a quantity in quotes, such as "250m" or "2"',
        example: 'cpu = "250m"',
        default: "by engine.size",
      }),
    ),
    memory: z.optional(
      formatted(memoryFlaw, {
        description: "Memory of one replica; wins over the size and over recommendations",
        needs: 'a quantity in quotes, such as "256Mi" or "1Gi"',
        example: 'memory = "256Mi"',
        default: "by engine.size",
      }),
    ),
    netutil: z.optional(
      wholeNumber(1, 100_000, {
        description: "Network of one replica in megabits per second, for whoever places pods",
        example: "netutil = 100",
      }),
    ),
    limits: z.optional(
      table(
        { cpu: factor("CPU", "cpu = 4"), memory: factor("memory", "memory = 2") },
        { description: "Limit = request x factor", example: "limits = { cpu = 4, memory = 2 }" },
      ),
    ),
  },
  { description: "What one replica gets, where the size does not fit", example: '[resources]\nmemory = "256Mi"' },
);
