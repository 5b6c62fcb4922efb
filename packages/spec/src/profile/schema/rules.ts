import * as z from "zod/mini";
import { described, list, oneOf, table, text } from "../../schema/described.ts";
import { dnsLabelName } from "../../schema/names.ts";
import { dnsLabel } from "./names.ts";

const ruleNumber = (key: "min" | "max", what: string) =>
  z.optional(
    described(z.number(), {
      description: `The ${what} number that the field may mean`,
      needs: "a number",
      example: `${key} = 2`,
    }),
  );

const holds = (key: "present" | "absent", description: string) =>
  z.optional(described(z.literal(true), { description, needs: "true", example: `${key} = true` }));

const rule = table(
  {
    name: text(dnsLabel, {
      description: "The rule's name, shown to whoever breaks it",
      needs: 'lower-case letters, digits and "-", at most 63 characters',
      example: 'name = "two-replicas"',
    }),
    environments: z.optional(
      list(
        dnsLabelName({ description: "An environment", example: 'environments = ["prod"]' }, "an environment's name: "),
        {
          description: "Where it holds",
          needs: "a list of environments",
          example: 'environments = ["prod"]',
          default: "everywhere",
        },
      ),
    ),
    kinds: z.optional(
      list(
        oneOf(["business", "infrastructure", "frontend", "job"], {
          description: "A kind of service",
          example: 'kinds = ["business"]',
        }),
        {
          description: "For which kinds of service it holds",
          needs: "a list of kinds of service",
          example: 'kinds = ["business"]',
          default: "all",
        },
      ),
    ),
    field: text(/^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+){0,5}$/, {
      description: "The field that is looked at, as app.toml names it; of a list, every item is looked at",
      needs: 'a field of app.toml, such as "owner" or "engine.version"',
      example: 'field = "replicas"',
    }),
    present: holds("present", "The field must be there and not be empty"),
    absent: holds("absent", "The field must not be there"),
    min: ruleNumber("min", "smallest"),
    max: ruleNumber("max", "largest"),
    matches: z.optional(
      described(z.string().check(z.minLength(1), z.maxLength(200)), {
        description: "A regular expression (RE2) that is found in the field's text; ^ and $ are its ends",
        needs: "a regular expression of at most 200 characters",
        example: 'matches = "^[0-9]+$"',
      }),
    ),
    one_of: z.optional(
      described(
        z
          .array(
            described(z.union([z.string(), z.number(), z.boolean()]), {
              description: "A value",
              needs: "text, a number or a boolean",
              example: 'one_of = ["node", "golang"]',
            }),
          )
          .check(z.minLength(1), z.maxLength(200)),
        {
          description: "The values that the field may have",
          needs: "a list of values",
          example: 'one_of = ["node", "golang"]',
        },
      ),
    ),
    message: described(z.string().check(z.regex(/^\P{Cc}*\S\P{Cc}*$/u), z.maxLength(500)), {
      description: "What whoever breaks it is told, in your own words",
      needs: "text of at most 500 characters, on one line",
      example: 'message = "in prod we want two of everything: one may fail"',
    }),
  },
  {
    description: "One rule",
    example: '[[rules]]\nname = "owner"',
  },
);

export const rules = list(rule, {
  description: "What every service must be; a release of one that is not is refused with the rule's message",
  needs: "a list of tables",
  example: '[[rules]]\nname = "owner"',
});
