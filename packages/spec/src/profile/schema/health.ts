import * as z from "zod/mini";
import { table } from "../../schema/described.ts";
import { orFalse } from "./or-false.ts";

function checkPath(key: "live" | "ready" | "startup", what: string) {
  return z.optional(
    orFalse(z.string().check(z.regex(/^\/[!-~]{0,1000}$/)), {
      description: `${what}, for services that name no path; false: none`,
      needs: 'a path that begins with "/", or false',
      example: `${key} = "/${key}"`,
      default: "false",
    }),
  );
}

export const health = table(
  {
    live: checkPath("live", "Is it alive?"),
    ready: checkPath("ready", "Can it serve?"),
    startup: checkPath("startup", "Has it started?"),
  },
  { description: "Paths of checks where app.toml names none", example: '[health]\nready = "/ready"' },
);
