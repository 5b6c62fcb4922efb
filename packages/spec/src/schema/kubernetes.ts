import * as z from "zod/mini";
import { jsonPointerFlaw } from "../formats/json-pointer.ts";
import { described, formatted, oneOf, table, tables } from "./described.ts";

const example = '[[kubernetes.patches]]\nkind = "Deployment"\nmerge = { spec = { revisionHistoryLimit = 2 } }';

const mergeExample = "merge = { spec = { revisionHistoryLimit = 2 } }";
const jsonExample = 'json = [{ op = "add", path = "/spec/revisionHistoryLimit", value = 2 }]';

function pointer(description: string, key: string) {
  return formatted(jsonPointerFlaw, {
    description,
    needs: 'a JSON pointer, such as "/spec/replicas"',
    example: `${key} = "/spec/replicas"`,
  });
}

const operation = table(
  {
    op: oneOf(["add", "remove", "replace", "move", "copy", "test"], {
      description: "What is done (RFC 6902)",
      example: 'op = "add"',
    }),
    path: pointer("Where in the object", "path"),
    from: z.optional(pointer("Where move and copy take it from", "from")),
    value: z.optional(
      described(z.unknown(), {
        description: "What add, replace and test mean",
        needs: "a value",
        example: "value = 2",
      }),
    ),
  },
  { description: "One change", example: jsonExample },
);

export const kubernetes = table(
  {
    patches: z.optional(
      tables(
        table(
          {
            kind: described(z.string().check(z.regex(/^[A-Z][A-Za-z0-9]{0,62}$/)), {
              description: "Kind of the object that is changed",
              needs: 'a kind of Kubernetes objects, such as "Deployment"',
              example: 'kind = "Deployment"',
            }),
            name: z.optional(
              described(z.string().check(z.regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)), {
                description: "Name of the object as rendered, without the slot",
                needs: 'an object\'s name: lower-case letters, digits, "-" and "."',
                example: 'name = "user"',
                default: "the only one of its kind",
              }),
            ),
            merge: z.optional(
              described(z.record(z.string(), z.unknown()), {
                description: "A part of the object, laid over it as a strategic merge patch",
                needs: "a table",
                example: mergeExample,
              }),
            ),
            json: z.optional(
              tables(operation, 100, {
                description: "Changes by place, as a JSON patch (RFC 6902); instead of merge",
                example: jsonExample,
              }),
            ),
          },
          { description: "One change of a rendered object", example },
        ),
        100,
        {
          description: "Changes of rendered objects that no field can say; the platform's profile says of which kinds",
          example,
        },
      ),
    ),
  },
  { description: "The escape hatch: what no field can say", example },
);
