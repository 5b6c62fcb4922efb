import * as z from "zod/mini";
import { table } from "../../schema/described.ts";
import { builtinProfile } from "../builtin-profile.ts";
import { orFalse } from "./or-false.ts";
import { cpu, memory } from "./quantities.ts";

export const quota = table(
  {
    cpu: z.optional(
      orFalse(z.string().check(z.regex(cpu.pattern)), {
        description: "CPU that all pods of one service may request in a cluster; false: no bound",
        needs: `${cpu.needs}, or false`,
        example: 'cpu = "200"',
        default: `"${builtinProfile.quota.cpu}"`,
      }),
    ),
    memory: z.optional(
      orFalse(z.string().check(z.regex(memory.pattern)), {
        description: "Memory that all pods of one service may request in a cluster; false: no bound",
        needs: `${memory.needs}, or false`,
        example: 'memory = "800Gi"',
        default: `"${builtinProfile.quota.memory}"`,
      }),
    ),
    pods: z.optional(
      orFalse(z.int().check(z.minimum(1), z.maximum(100_000)), {
        description: "Pods that one service may have in a cluster; false: no bound",
        needs: "a whole number from 1 to 100000, or false",
        example: "pods = 500",
        default: String(builtinProfile.quota.pods),
      }),
    ),
  },
  {
    description: "What one service may take of a cluster, so that a typo ends there",
    example: "[quota]\npods = 100",
  },
);
