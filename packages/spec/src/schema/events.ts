import * as z from "zod/mini";
import { described, table, tables } from "./described.ts";

const eventName = /^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/;

function event(description: string, example: string) {
  return z.optional(
    described(z.string().check(z.maxLength(200), z.regex(eventName)), {
      description,
      needs: 'an event\'s name in lower case, such as "user.created", at most 200 characters',
      example,
      pattern: eventName.source,
    }),
  );
}

export const events = tables(
  table(
    {
      produces: event("Event that this service publishes", 'produces = "user.created"'),
      consumes: event("Event that this service is told of", 'consumes = "order.paid"'),
      schema: z.optional(
        described(z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_.]{0,199}$/)), {
          description: "Name of the schema that the event's content follows",
          needs: 'a schema\'s name: letters, digits, "_" and ".", beginning with a letter, at most 200 characters',
          example: 'schema = "UserCreated"',
        }),
      ),
    },
    { description: "One event", example: '[[events]]\nproduces = "user.created"' },
  ),
  500,
  {
    description: "Events that this service publishes and is told of",
    example: '[[events]]\nproduces = "user.created"',
  },
);
