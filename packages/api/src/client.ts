import type { z } from "zod";
import { ApiProblem } from "./api-problem.ts";
import { type CallOptions, type Connection, receiveNothing, receiveText, receiveValue, send } from "./call.ts";
import { type FollowOptions, follow, type ServerEvent } from "./event-stream.ts";
import type { Route } from "./route.ts";
import { type Routes, routes } from "./routes.ts";

/** What an upload may send; streams are sent as they are read. */
export type UploadBody = Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

type InputOf<R extends Route, Part extends "params" | "query" | "body"> = R extends {
  readonly [P in Part]: infer Schema extends z.ZodType;
}
  ? Record<never, never> extends z.input<Schema>
    ? { readonly [P in Part]?: z.input<Schema> }
    : { readonly [P in Part]: z.input<Schema> }
  : unknown;

type Input<R extends Route> = InputOf<R, "params"> &
  InputOf<R, "query"> &
  InputOf<R, "body"> &
  (R extends { readonly upload: object } ? { readonly content: UploadBody } : unknown) &
  (R extends { readonly stream: "sse" } ? FollowOptions : CallOptions);

type Output<R extends Route> = R extends { readonly stream: "sse"; readonly response: infer Schema extends z.ZodType }
  ? AsyncIterable<ServerEvent<z.output<Schema>>>
  : R extends { readonly stream: "text" }
    ? Promise<string>
    : R extends { readonly response: infer Schema extends z.ZodType }
      ? Promise<z.output<Schema>>
      : R extends { readonly method: "HEAD" }
        ? Promise<boolean>
        : Promise<void>;

type Method<R extends Route> =
  Record<never, never> extends Input<R> ? (input?: Input<R>) => Output<R> : (input: Input<R>) => Output<R>;

/**
 * One method per route: `params`, `query` and `body` are typed by the route's schemas, the answer is parsed with its
 * response schema (unknown fields are dropped). HEAD routes give whether the thing exists; sse routes give an
 * `AsyncIterable` that resumes by itself; upload routes take `content`. All failures are `ApiProblem`; when `signal`
 * aborts, its reason is thrown instead.
 */
export type Client = { readonly [Name in keyof Routes]: Method<Routes[Name]> };

export interface ClientOptions {
  /**
   * `http://127.0.0.1:7070`; a path prefix is kept, user and password are not (`fetch` refuses them, and they would
   * reach error messages). Empty in a browser: the page's own origin.
   */
  readonly baseUrl: string;
  /** Bearer token. Browsers leave it out: their cookie is sent. */
  readonly token?: string;
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds for one request with its answer. 30,000 by default; uploads: ten times as long. */
  readonly timeout?: number;
}

interface AnyInput extends CallOptions, FollowOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly content?: UploadBody;
}

/** Makes a client of a server. Nothing is sent before a method is called. */
export function createClient(options: ClientOptions): Client {
  const connection: Connection = {
    baseUrl: withoutCredentials(options.baseUrl).replace(/\/+$/, ""),
    token: options.token,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeout: options.timeout ?? 30_000,
  };
  // The mapped type says per name what `methodOf` decides by the route's fields; the compiler cannot follow that.
  return Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [name, methodOf(route, connection)]),
  ) as unknown as Client;
}

function methodOf(route: Route, connection: Connection): (input?: AnyInput) => unknown {
  if (route.stream === "sse") {
    return (input = {}) => follow(route, connection, input);
  }
  return async (input = {}) => {
    const answer = await send(route, connection, input);
    if (route.method === "HEAD") {
      return receiveNothing(answer).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ApiProblem && error.status === 404) return false;
          throw error;
        },
      );
    }
    if (route.stream === "text") return receiveText(answer);
    if (route.response === undefined) return receiveNothing(answer);
    return receiveValue(answer, route.response);
  };
}

function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url.href;
}
