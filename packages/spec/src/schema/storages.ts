import * as z from "zod/mini";
import { oneOf, table, tables } from "./described.ts";
import { sizes } from "./engine.ts";
import { dnsLabelName } from "./names.ts";

export const storages = tables(
  table(
    {
      kind: oneOf(["postgresql", "mysql", "redis", "mongodb", "cassandra", "rabbitmq", "kafka", "s3"], {
        description: "What it is",
        example: 'kind = "postgresql"',
      }),
      name: dnsLabelName({ description: "How this service calls it", example: 'name = "main"' }),
      size: z.optional(
        oneOf(sizes, {
          description: "How large it is; the platform's profile says how much each is",
          example: 'size = "small"',
        }),
      ),
    },
    { description: "One storage", example: '[[storages]]\nkind = "postgresql"\nname = "main"' },
  ),
  50,
  {
    description: "Databases, queues and stores of this service's own; their connections come as secrets",
    example: '[[storages]]\nkind = "postgresql"\nname = "main"',
  },
);
