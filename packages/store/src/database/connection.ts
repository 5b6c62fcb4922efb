import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** An open database, whichever it is. */
export interface Connection {
  readonly kind: "pglite" | "postgres";
  readonly db: Kysely<Tables>;
  close(): Promise<void>;
}
