import * as z from "zod/mini";
import { described, table } from "./described.ts";
import { imageName } from "./names.ts";

const excludeExample = 'exclude = ["docs", "*.test.js"]';

export const build = table(
  {
    command: z.optional(
      described(z.string().check(z.regex(/^[^\0]*\S[^\0]*$/)), {
        description: "Shell line that builds the service, run in a clean copy of the folder",
        needs: "a shell line in quotes",
        example: 'command = "npm ci --omit=dev"',
        default: "by engine",
      }),
    ),
    base: z.optional(
      imageName({
        description: "Image that the service's own image stands on, in clusters that run images",
        example: 'base = "docker.io/library/node:24-slim"',
        default: "by engine",
      }),
    ),
    image: z.optional(
      imageName({
        description:
          "A ready image to run instead of building one, as user 65532 on a read-only root; not with command, base, exclude",
        example: 'image = "registry.example.com/team/app:1.2"',
        default: "none",
      }),
    ),
    exclude: z.optional(
      described(
        z
          .array(
            described(z.string().check(z.regex(/^[^\0\r\n]*\S[^\0\r\n]*$/)), {
              description: "One pattern",
              needs: "a pattern as in .gitignore, in quotes",
              example: excludeExample,
            }),
          )
          .check(z.maxLength(1000)),
        {
          description: "What the service does not need at run time, in the patterns of .gitignore",
          needs: "a list of patterns",
          example: excludeExample,
          default: "[]",
        },
      ),
    ),
  },
  { description: "How the service is built", example: '[build]\ncommand = "npm ci --omit=dev"' },
);
