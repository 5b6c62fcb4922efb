import * as z from "zod/mini";
import { described, text } from "../../schema/described.ts";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const qualifiedName = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function metadata(what: "label" | "annotation", value: z.ZodMiniType<string>, valueNeeds: string) {
  const example = what === "label" ? 'team = "{owner}"' : '"example.com/contact" = "{owner}"';
  return described(
    z.record(
      text(qualifiedName, {
        description: `Name of a${what === "label" ? "" : "n"} ${what}`,
        needs: `a${what === "label" ? "" : "n"} ${what}'s name, such as "example.com/team"`,
        example,
      }),
      described(value, {
        description: `What it says; {service}, {owner}, {environment} and {cluster} are filled in`,
        needs: valueNeeds,
        example,
      }),
    ),
    {
      description: `A${what === "label" ? "" : "n"} ${what} that every object and pod gets`,
      needs: "a table of texts",
      example: `[${what}s]\n${example}`,
    },
  );
}

export const labels = metadata(
  "label",
  z.string().check(z.regex(/^([A-Za-z0-9{]([-A-Za-z0-9_.{}]{0,100}[A-Za-z0-9}])?)?$/)),
  'letters, digits, "-", "_" and ".", perhaps with placeholders',
);
export const annotationText = z.string().check(z.regex(/^[^\0]{0,10000}$/));
export const annotations = metadata("annotation", annotationText, "text of at most 10000 characters");
