import { StoreError } from "../store-error.ts";

export interface PostgresAddress {
  readonly url: string;
  /** `host:port/database`, for messages: no user, no password. */
  readonly shown: string;
}

/**
 * Reads a `postgres://user:password@host:port/database` URL. A password with a reserved character in it would make
 * its end a host or a path, and show up in messages; such an address is refused without being repeated.
 */
export function parsePostgresAddress(text: string): PostgresAddress {
  const url = URL.parse(text.trim());
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    throw new StoreError(
      "address-not-valid",
      "the database's address is not a URL such as postgres://user:password@host:5432/database",
    );
  const database = url.pathname.slice(1);
  if (url.hash !== "" || url.search.includes("@") || /[/@]/.test(database))
    throw new StoreError(
      "address-not-valid",
      "the database's address cannot be read: the characters / ? # @ in a user or password are written as %2F %3F %23 %40",
    );
  return { url: url.href, shown: `${url.host === "" ? "local socket" : url.host}/${database}` };
}
