import * as z from "zod/mini";
import { defaults } from "./defaults.ts";
import { table, wholeNumber } from "./described.ts";
import { pathOnHost } from "./names.ts";

export const metrics = table(
  {
    path: z.optional(
      pathOnHost({
        description: "Path of the metrics",
        example: 'path = "/metrics"',
        default: `"${defaults.metricsPath}"`,
      }),
    ),
    port: z.optional(
      wholeNumber(1024, 65535, {
        description: "Port of the metrics, where it is another than that of the service",
        example: "port = 9090",
        default: "the service's own",
      }),
    ),
  },
  { description: "Where Prometheus finds the service's metrics", example: '[metrics]\npath = "/metrics"' },
);
