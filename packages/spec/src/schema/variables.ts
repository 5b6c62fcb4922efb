import * as z from "zod/mini";
import { described, table } from "./described.ts";
import { noNul, variableName } from "./names.ts";

export const env = described(
  z.record(
    variableName({ description: "Name of a variable", example: 'LOG_LEVEL = "info"' }),
    described(z.union([z.string().check(z.regex(noNul), z.maxLength(100_000)), z.number(), z.boolean()]), {
      description: "A variable of the service's environment",
      needs: "text, a number or a boolean, at most 100000 characters",
      example: 'LOG_LEVEL = "info"',
    }),
  ),
  {
    description: "Variables of the service's environment; PORT, SERVICE_* and FAIRWAY_* belong to the platform",
    needs: "a table",
    example: '[env]\nLOG_LEVEL = "info"',
  },
);

const example = 'required = ["DB_PASSWORD"]';

export const secrets = table(
  {
    required: z.optional(
      described(z.array(variableName({ description: "Name of a variable", example })).check(z.maxLength(200)), {
        description: "Variables whose values are secrets; a rollout does not start while one has no value",
        needs: "a list of variables' names in quotes",
        example,
        default: "[]",
      }),
    ),
  },
  {
    description: "What the service gets as secrets; their values never stand in this file",
    example: `[secrets]\n${example}`,
  },
);
