import * as z from "zod/mini";
import { defaults } from "./defaults.ts";
import { described, duration, table, wholeNumber } from "./described.ts";
import { pathOnHost } from "./names.ts";

type Check = keyof typeof defaults.health;

function check(name: Check, description: string, byDefault: string) {
  const path = pathOnHost({
    description: "Path of an HTTP request that must answer with a status from 200 to 399",
    example: 'path = "/health"',
  });
  const whole = table(
    {
      path,
      period: z.optional(
        duration("s", 1, 300, {
          description: "Time between two checks; a number is seconds",
          example: 'period = "5s"',
          default: `${defaults.health[name].period}`,
        }),
      ),
      timeout: z.optional(
        duration("s", 1, 300, {
          description: "Time until a check counts as failed; a number is seconds",
          example: 'timeout = "2s"',
          default: `${defaults.health[name].timeout}`,
        }),
      ),
      threshold: z.optional(
        wholeNumber(1, 1000, {
          description: "Failed checks in a row that count",
          example: "threshold = 3",
          default: `${defaults.health[name].threshold}`,
        }),
      ),
    },
    { description: "One check", example: `[health.${name}]\npath = "/${name}"` },
  );
  return z.optional(
    described(z.union([path, whole, z.literal(false)]), {
      description,
      needs: `a path such as "/${name}", a table with path, period, timeout, threshold, or false`,
      example: `${name} = "/${name}"`,
      default: byDefault,
    }),
  );
}

export const health = table(
  {
    live: check(
      "live",
      "Is it alive? It is restarted when this fails. false: no such check",
      "by the platform's profile",
    ),
    ready: check(
      "ready",
      "Can it serve? It gets no requests while this fails. false: no such check",
      "by the platform's profile, else a connection to its port",
    ),
    startup: check(
      "startup",
      "Has it started? The other two wait for this. false: no such check",
      "by the platform's profile",
    ),
  },
  { description: "How the platform knows that the service is well", example: '[health]\nready = "/ready"' },
);
