import * as z from "zod/mini";
import { publicHostFlaw } from "../formats/address.ts";
import { defaults } from "./defaults.ts";
import { described, flag, formatted, table } from "./described.ts";
import { pathOnHost } from "./names.ts";

const example = '[public]\nhost = "shop.example.com"';

const address = table(
  {
    host: formatted(publicHostFlaw, {
      description: "Host name under which the service is reached from outside; *.example.com takes one label",
      needs: 'a host name, such as "shop.example.com"',
      example: 'host = "shop.example.com"',
    }),
    path: z.optional(
      pathOnHost({
        description: "Only requests whose path begins with this",
        example: 'path = "/api"',
        default: `"${defaults.publicPath}"`,
      }),
    ),
    tls: z.optional(flag({ description: "Whether it is served by HTTPS", example: "tls = true", default: "true" })),
  },
  { description: "One address", example },
);

export const publicAddresses = described(z.union([address, z.array(address).check(z.maxLength(50))]), {
  description: "Where the service is reached from outside of the platform; [[public]] for several addresses",
  needs: "a table, or a list of tables",
  example,
});
