import { z } from "zod";
import { defaults } from "./defaults.ts";
import { described, oneOf, table } from "./described.ts";

export const sizes = ["small", "medium", "large", "xlarge"] as const;

export const engine = table(
  {
    name: oneOf(["golang", "php", "python", "node", "static", "image"], {
      description: 'What runs the code; gives the defaults of [build] and [run]; [build] image implies "image"',
      example: 'name = "node"',
      default: `"${defaults.engine}"`,
    }).optional(),
    version: described(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/), {
      description: "The engine's version",
      needs: 'a version in quotes, such as "24" or "1.26"',
      example: 'version = "24"',
    }).optional(),
    size: oneOf(sizes, {
      description: "CPU and memory of one replica; the platform's profile says how much each is",
      example: 'size = "small"',
      default: `"${defaults.size}"`,
    }).optional(),
  },
  { description: "What runs the code", example: '[engine]\nname = "node"' },
);
