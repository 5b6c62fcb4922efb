import * as z from "zod/mini";
import { httpUrlFlaw } from "../formats/address.ts";
import { defaults } from "./defaults.ts";
import { described, formatted, oneOf, table, tables } from "./described.ts";
import { dnsLabelName, line } from "./names.ts";

/** The fields at the top of the file that are no tables. */
export const service = {
  name: dnsLabelName({
    description: "The service's name, the same in every environment and cluster",
    example: 'name = "user"',
  }),
  description: z.optional(
    described(z.string().check(z.maxLength(1000)), {
      description: "What the service is for, in one sentence",
      needs: "text of at most 1000 characters",
      example: 'description = "keeps the users"',
      default: '""',
    }),
  ),
  kind: z.optional(
    oneOf(["business", "infrastructure", "frontend", "job"], {
      description: "What sort of service it is; a job serves no requests",
      example: 'kind = "business"',
      default: `"${defaults.kind}"`,
    }),
  ),
  owner: z.optional(
    described(z.string().check(z.regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/)), {
      description: "The team that owns it",
      needs: 'a team\'s name: letters, digits, ".", "_" and "-", at most 63 characters',
      example: 'owner = "accounts"',
    }),
  ),
  oncall: z.optional(
    line(200, {
      description: "Who is called at night: a channel, a rota, an address",
      example: 'oncall = "#user-oncall"',
    }),
  ),
  links: z.optional(
    tables(
      table(
        {
          title: line(100, { description: "What people read", example: 'title = "Runbook"' }),
          url: formatted(httpUrlFlaw, {
            description: "Where it leads",
            needs: "an http:// or https:// address",
            example: 'url = "https://wiki.example.com/user"',
          }),
        },
        { description: "One link", example: '[[links]]\ntitle = "Runbook"\nurl = "https://wiki.example.com/user"' },
      ),
      50,
      {
        description: "Pages that belong to the service, shown with it",
        example: 'links = [{ title = "Runbook", url = "https://wiki.example.com/user" }]',
        default: "[]",
      },
    ),
  ),
};
