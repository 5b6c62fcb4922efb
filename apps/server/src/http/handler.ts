import type { Permission, Route, Routes } from "@fairway/api";
import type { z } from "zod";

/** Who sent a request, after its token or cookie was checked. */
export interface Caller {
  readonly actor: string;
  readonly via: "token" | "session" | "nothing";
  readonly permissions: ReadonlySet<Permission>;
  /** Of the cookie, to end it. */
  readonly session: string | undefined;
}

type Checked<R extends Route, Part extends "params" | "query" | "body"> = R extends {
  readonly [P in Part]: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : undefined;

/** The parts of every exchange, whatever its route. */
export interface AnyExchange {
  /** Bytes of an upload, as they arrive. */
  readonly content: AsyncIterable<Uint8Array>;
  readonly caller: Caller;
  /** Aborts when the client has gone or the server stops. */
  readonly signal: AbortSignal;
  /** The event behind which a stream goes on. */
  readonly lastEventId: string | undefined;
  /** Names the version of the answer; ends the request with 304 when the caller has it. */
  version(version: string): void;
  /**
   * Names for the audit what a command is about, where its address and body do not: a service, an environment, a release. The
   * words of the last call count, also for a command that is refused after it.
   */
  about(...words: readonly string[]): void;
  /** Sets the session cookie, or deletes it. `expiresAt` in milliseconds since the epoch. */
  setSession(session: { readonly id: string; readonly expiresAt: number } | undefined): void;
}

/** One request whose parts have been parsed by the route's schemas, and whose caller may do it. */
interface Exchange<R extends Route> extends AnyExchange {
  readonly params: Checked<R, "params">;
  readonly query: Checked<R, "query">;
  readonly body: Checked<R, "body">;
}

/** `id` lets a client go on behind this event. */
export interface OutgoingEvent<Data> {
  readonly id?: string;
  readonly data: Data;
}

type Result<R extends Route> = R extends { readonly stream: "sse"; readonly response: infer Schema extends z.ZodType }
  ? AsyncIterable<OutgoingEvent<z.input<Schema>>>
  : R extends { readonly stream: "text" }
    ? string
    : R extends { readonly response: infer Schema extends z.ZodType }
      ? z.input<Schema>
      : R extends { readonly method: "HEAD" }
        ? boolean
        : undefined;

/** Does what a route says. Throws `Refusal` for what the caller did wrong; anything else is our fault. */
type Handler<R extends Route> = (exchange: Exchange<R>) => Promise<Result<R>> | Result<R>;

/** One handler for each route: a route without one does not compile. */
export type Handlers = { readonly [Name in keyof Routes]: Handler<Routes[Name]> };
