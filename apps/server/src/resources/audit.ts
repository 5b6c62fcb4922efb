import type { Audit } from "@fairway/catalog";
import type { Handlers } from "../http/handler.ts";

export function auditHandlers(audit: Audit): Pick<Handlers, "listAudit"> {
  return {
    listAudit: async ({ query }) => ({
      items: (await audit.list(query)).map(({ detail, ...entry }) => ({
        ...entry,
        ...(detail === undefined ? {} : { detail }),
      })),
    }),
  };
}
