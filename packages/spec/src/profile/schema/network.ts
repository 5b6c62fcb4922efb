import * as z from "zod/mini";
import { cidrFlaw } from "../../formats/address.ts";
import type { Format } from "../../formats/flaw.ts";
import { flag, formatted, list, table, text } from "../../schema/described.ts";
import { dnsLabel } from "./names.ts";

/** A range of addresses without a port. */
const rangeFlaw: Format = (range) => (/^\[|\/\d+:/.test(range) ? { reason: "without a port" } : cidrFlaw(range));

function namespaces(description: string, example: string) {
  return z.optional(
    list(text(dnsLabel, { description: "A namespace", needs: "a namespace", example }), {
      description,
      needs: "a list of namespaces",
      example,
      default: "[]",
    }),
  );
}

export const network = table(
  {
    policies: z.optional(
      flag({
        description: "Whether network policies are rendered",
        example: "policies = true",
        default: "true",
      }),
    ),
    gateways: namespaces(
      "Namespaces of the gateways through which public requests come",
      'gateways = ["ingress-nginx"]',
    ),
    platform: namespaces(
      "Namespaces of the platform's own parts: they reach every service, and are reached by it",
      'platform = ["monitoring"]',
    ),
    internal: z.optional(
      list(
        formatted(rangeFlaw, {
          description: "A range of addresses",
          needs: 'a range of addresses, such as "10.0.0.0/8"',
          example: 'internal = ["10.0.0.0/8"]',
        }),
        {
          description: 'The cluster\'s own ranges of addresses, to which "everywhere outside" does not reach',
          needs: "a list of ranges of addresses",
          example: 'internal = ["10.0.0.0/8"]',
          default: "[]",
        },
      ),
    ),
  },
  { description: "Who may reach whom", example: '[network]\ngateways = ["ingress-nginx"]' },
);
