import * as z from "zod/mini";
import { cidrFlaw, externalUrlFlaw, hostPortFlaw } from "../formats/address.ts";
import { duration, formatted, table, tables, wholeNumber } from "./described.ts";
import { dnsLabelName, listOf } from "./names.ts";

export const dependencies = tables(
  table(
    {
      name: dnsLabelName(
        {
          description:
            "A service that this one calls, or a name for something outside; its address is in SERVICE_<NAME>_URL",
          example: 'name = "data-bus"',
        },
        "a service's name: ",
      ),
      timeout: z.optional(
        duration("ms", 1, 600_000, {
          description: "Time until a call counts as failed; a number is milliseconds",
          example: 'timeout = "500ms"',
        }),
      ),
      retries: z.optional(
        wholeNumber(0, 10, {
          description: "How often a failed call is repeated",
          example: "retries = 2",
        }),
      ),
      external: z.optional(
        formatted(externalUrlFlaw, {
          description: "Address of what the platform does not run; becomes SERVICE_<NAME>_URL and opens the way out",
          needs: "an http:// or https:// address",
          example: 'external = "https://pay.example.com"',
        }),
      ),
      hosts: z.optional(
        listOf(hostPortFlaw, 'a host with its port, such as "db.example.com:5432"', 100, {
          description: "Hosts outside that are not called by HTTP; opens the way to them",
          example: 'hosts = ["db.example.com:5432"]',
          default: "[]",
        }),
      ),
      cidrs: z.optional(
        listOf(cidrFlaw, 'an address range, such as "10.20.0.0/16" or "10.20.0.0/16:5432"', 100, {
          description: "Address ranges outside, with or without a port; where there are any, only they are opened",
          example: 'cidrs = ["10.20.0.0/16:5432"]',
          default: "[]",
        }),
      ),
    },
    { description: "One dependency", example: '[[dependencies]]\nname = "data-bus"' },
  ),
  500,
  {
    description: "What this service calls: other services, and the world outside",
    example: '[[dependencies]]\nname = "data-bus"',
  },
);
