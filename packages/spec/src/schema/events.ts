import { z } from "zod";
import { described, table, tables } from "./described.ts";

const eventName = /^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/;

function event(description: string, example: string) {
  return described(z.string().max(200).regex(eventName), {
    description,
    needs: 'an event\'s name in lower case, such as "user.created", at most 200 characters',
    example,
    pattern: eventName.source,
  }).optional();
}

export const events = tables(
  table(
    {
      produces: event("Event that this service publishes", 'produces = "user.created"'),
      consumes: event("Event that this service is told of", 'consumes = "order.paid"'),
      schema: described(z.string().regex(/^[A-Za-z][A-Za-z0-9_.]{0,199}$/), {
        description: "Name of the schema that the event's content follows",
        needs: 'a schema\'s name: letters, digits, "_" and ".", beginning with a letter, at most 200 characters',
        example: 'schema = "UserCreated"',
      }).optional(),
    },
    { description: "One event", example: '[[events]]\nproduces = "user.created"' },
  ),
  500,
  {
    description: "Events that this service publishes and is told of",
    example: '[[events]]\nproduces = "user.created"',
  },
);
