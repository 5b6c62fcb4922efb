import type { z } from "zod";

/** What a caller must be allowed to do. */
export type Permission =
  | "public"
  | "services:read"
  | "services:deploy"
  | "services:remove"
  | "rollouts:read"
  | "rollouts:command"
  | "logs:read"
  | "clusters:read"
  | "clusters:write"
  | "clusters:kubeconfig"
  | "profile:read"
  | "profile:write"
  | "audit:read"
  | "webhooks:read"
  | "webhooks:write"
  | "fleets:read"
  | "fleets:write"
  | "edge:read"
  | "sessions:create"
  | "account:read";

/** One operation of the HTTP API as data: the server binds it, the client calls it, OpenAPI describes it. */
export interface Route {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** With `{name}` placeholders, as in OpenAPI. */
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** JSON body. */
  readonly body?: z.ZodType;
  /** An upload of bytes instead of a JSON body. */
  readonly upload?: { readonly contentType: string };
  /** Changes nothing, although it is a POST: what it asks about does not fit into an address. Not audited. */
  readonly reads?: true;
  readonly response?: z.ZodType;
  readonly status: number;
  /**
   * `sse`: each `data:` is one JSON value of `response`; `id:` resumes; an event named `end` closes for good, any other
   * end of the stream is a lost connection. `text`: plain text (YAML).
   */
  readonly stream?: "sse" | "text";
  /** Problem codes that a caller should expect, beyond the ones that any route may give. */
  readonly problems?: readonly string[];
}

/** Keeps the exact type of a route, its schemas included. */
export function route<const Definition extends Route>(definition: Definition): Definition {
  return definition;
}
