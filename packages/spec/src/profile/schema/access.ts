import * as z from "zod/mini";
import { text } from "../../schema/described.ts";
import { builtinProfile } from "../builtin-profile.ts";
import { orFalse } from "./or-false.ts";

export const access = orFalse(
  z.strictObject({
    role: z.optional(
      text(/^[A-Za-z0-9][-A-Za-z0-9.:_]{0,252}$/, {
        description: "The ClusterRole that the owner team gets in the namespaces of its services",
        needs: "the name of a ClusterRole",
        example: 'role = "view"',
        default: `"${builtinProfile.access?.role}"`,
      }),
    ),
    group: z.optional(
      text(/^\P{C}{1,253}$/u, {
        description: "The team's group; {owner} is filled in",
        needs: "the name of a group, perhaps with {owner}",
        example: 'group = "team-{owner}"',
        default: `"${builtinProfile.access?.group}"`,
      }),
    ),
  }),
  {
    description: "What the owner team may do in the namespaces of its services; false: nothing",
    needs: "a table with role and group, or false",
    example: '[access]\nrole = "view"',
  },
);
