import * as z from "zod/mini";
import { defaults } from "./defaults.ts";
import { described, oneOf, table } from "./described.ts";

export const sizes = ["small", "medium", "large", "xlarge"] as const;

export const engine = table(
  {
    name: z.optional(
      oneOf(["golang", "php", "python", "node", "static", "image"], {
        description: 'What runs the code; gives the defaults of [build] and [run]; [build] image implies "image"',
        example: 'name = "node"',
        default: `"${defaults.engine}"`,
      }),
    ),
    version: z.optional(
      described(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/)), {
        description: "The engine's version",
        needs: 'a version in quotes, such as "24" or "1.26"',
        example: 'version = "24"',
      }),
    ),
    size: z.optional(
      oneOf(sizes, {
        description: "CPU and memory of one replica; the platform's profile says how much each is",
        example: 'size = "small"',
        default: `"${defaults.size}"`,
      }),
    ),
  },
  { description: "What runs the code", example: '[engine]\nname = "node"' },
);
