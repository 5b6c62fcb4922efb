import * as z from "zod/mini";
import { memoryFlaw } from "../../formats/quantity.ts";
import { formatted, list, table, text } from "../../schema/described.ts";

export const images = table(
  {
    warning: z.optional(
      formatted(memoryFlaw, {
        description: "Compressed size above which a person is told how large an image is",
        needs: 'a size such as "512Mi"',
        example: 'warning = "512Mi"',
        default: '"512Mi"',
      }),
    ),
    allowed: z.optional(
      list(
        text(/^[a-zA-Z0-9][!-~]{0,499}$/, {
          description: "The beginning of an image's reference",
          needs: "the beginning of an image reference, up to a whole part of it",
          example: 'allowed = ["registry.example.com/"]',
        }),
        {
          description: "Where images that app.toml names may come from; empty: anywhere",
          needs: "a list of beginnings of image references",
          example: 'allowed = ["registry.example.com/"]',
          default: "[]",
        },
      ),
    ),
  },
  { description: "Rules for images", example: '[images]\nallowed = ["registry.example.com/"]' },
);
