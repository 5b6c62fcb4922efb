import * as z from "zod/mini";
import { described, number } from "../../schema/described.ts";
import { builtinProfile } from "../builtin-profile.ts";

function factor(key: "cpu" | "memory") {
  return z.optional(
    number(1, 100, {
      description: `The limit is the request of ${key} times this`,
      example: `${key} = ${builtinProfile.limitFactors[key]}`,
      default: String(builtinProfile.limitFactors[key]),
    }),
  );
}

export const limits = described(z.strictObject({ cpu: factor("cpu"), memory: factor("memory") }), {
  description: "Room for bursts: limit = request times factor",
  needs: "a table with factors",
  example: "[limits]\nmemory = 2",
});
