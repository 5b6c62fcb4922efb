import * as z from "zod/mini";
import { externalUrlFlaw } from "../../formats/address.ts";
import { formatted, table } from "../../schema/described.ts";
import { orFalse } from "./or-false.ts";

const example = 'url = "http://prometheus.monitoring:9090"';

export const metrics = table(
  {
    url: z.optional(
      orFalse(
        formatted(externalUrlFlaw, { description: "An address", needs: "an http:// or https:// address", example }),
        {
          description:
            "The HTTP API of Prometheus, or of what speaks as it does, as the server reaches it; false: none",
          needs: "an http:// or https:// address, or false",
          example,
          default: "false",
        },
      ),
    ),
  },
  { description: "Where [deploy] analysis is measured", example: `[metrics]\n${example}` },
);
