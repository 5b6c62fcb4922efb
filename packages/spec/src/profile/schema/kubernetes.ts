import * as z from "zod/mini";
import { list, table, text } from "../../schema/described.ts";
import { builtinProfile } from "../builtin-profile.ts";

function kinds(key: "patches" | "objects", description: string) {
  const example = `${key} = ["ConfigMap"]`;
  return z.optional(
    list(text(/^[A-Z][A-Za-z0-9]{0,62}$/, { description: "A kind", needs: 'a kind, such as "ConfigMap"', example }), {
      description,
      needs: "a list of kinds",
      example,
      default: `[${builtinProfile.kubernetes[key].map((kind) => `"${kind}"`).join(", ")}]`,
    }),
  );
}

export const kubernetes = table(
  {
    patches: kinds("patches", "Kinds that [[kubernetes.patches]] of an app.toml may change"),
    objects: kinds("objects", "Kinds that the files of kubernetes/ beside an app.toml may have"),
  },
  { description: "What teams may do to objects themselves", example: "[kubernetes]\nobjects = []" },
);
