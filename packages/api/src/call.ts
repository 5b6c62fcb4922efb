import type { z } from "zod";
import { ApiProblem } from "./api-problem.ts";
import type { Route } from "./route.ts";
import { problem } from "./schemas.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, instead of the client's. */
  readonly timeout?: number;
  /** Asks only for what is newer than this version; an unchanged answer is an `ApiProblem` with code `not-modified`. */
  readonly unlessVersion?: string;
}

/** Where requests go and how. */
export interface Connection {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly timeout: number;
}

export interface RequestInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly content?: unknown;
}

/** A response whose body is still to be read, and how to name a failure while reading it. */
export interface Answer {
  readonly response: Response;
  /** Turns what `fetch` threw into what the caller sees. */
  readonly explain: (error: unknown) => unknown;
}

/** The address of a route with its placeholders and query filled in. */
export function urlOf(route: Route, connection: Connection, input: RequestInput): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(input.params?.[name] ?? "")),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return `${connection.baseUrl}${path}${query.size === 0 ? "" : `?${query}`}`;
}

export function headersOf(connection: Connection): Record<string, string> {
  return {
    ...(connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` }),
  };
}

/** Sends one request; resolves when the status is known. */
export async function send(route: Route, connection: Connection, input: RequestInput & CallOptions): Promise<Answer> {
  const deadline = AbortSignal.timeout(
    input.timeout ?? (route.upload === undefined ? connection.timeout : connection.timeout * 10),
  );
  const explain = (error: unknown) => explainFailure(error, connection, input.signal, deadline);
  const init: RequestInit & { duplex?: "half" } = {
    method: route.method,
    headers: {
      ...headersOf(connection),
      accept:
        route.stream === "text" ? "text/plain, application/problem+json" : "application/json, application/problem+json",
      ...(route.upload === undefined ? {} : { "content-type": route.upload.contentType }),
      ...(input.body === undefined ? {} : { "content-type": "application/json" }),
      ...(input.unlessVersion === undefined ? {} : { "if-none-match": `"${input.unlessVersion}"` }),
    },
    redirect: "error",
    credentials: "same-origin",
    signal: input.signal === undefined ? deadline : AbortSignal.any([input.signal, deadline]),
  };
  if (input.body !== undefined) init.body = JSON.stringify(input.body);
  if (input.content !== undefined) {
    init.body = input.content as NonNullable<RequestInit["body"]>;
    init.duplex = "half";
  }
  try {
    return { response: await connection.fetch(urlOf(route, connection, input), init), explain };
  } catch (error) {
    throw explain(error);
  }
}

export async function receiveText(answer: Answer): Promise<string> {
  await refuseProblem(answer);
  return readText(answer);
}

export async function receiveNothing(answer: Answer): Promise<void> {
  await refuseProblem(answer);
  await readText(answer);
}

export async function receiveValue<Schema extends z.ZodType>(
  answer: Answer,
  schema: Schema,
): Promise<z.output<Schema>> {
  await refuseProblem(answer);
  const text = await readText(answer);
  return parseValue(text, schema, answer.response.status);
}

/** Parses one JSON value; throws `unexpected-response` when it is not what the schema says. */
export function parseValue<Schema extends z.ZodType>(text: string, schema: Schema, status: number): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unexpected(status, "the answer is not JSON", cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw unexpected(status, first === undefined ? "" : `${first.path.join(".")}: ${first.message}`, parsed.error);
}

/** Throws the problem that an unsuccessful response carries. */
export async function refuseProblem(answer: Answer): Promise<void> {
  const { response } = answer;
  if (response.ok) return;
  if (response.status === 304) throw new ApiProblem({ code: "not-modified", title: "Not modified", status: 304 });
  const text = await readText(answer);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = problem.safeParse(value);
  if (parsed.success) throw new ApiProblem(parsed.data);
  // HEAD has no body, so its problem is only a status.
  throw unexpected(response.status, `HTTP status ${response.status} ${response.statusText}`.trim(), undefined);
}

async function readText(answer: Answer): Promise<string> {
  try {
    return await answer.response.text();
  } catch (error) {
    throw answer.explain(error);
  }
}

function unexpected(status: number, detail: string, cause: unknown): ApiProblem {
  return new ApiProblem(
    {
      code: "unexpected-response",
      title: "Unexpected answer",
      status,
      detail,
      hint: "is this the address of a Fairway server, of the same version as this client?",
    },
    { cause },
  );
}

/** The caller's own abort stays what it is; everything else becomes an `ApiProblem`. */
export function explainFailure(
  error: unknown,
  connection: Connection,
  signal: AbortSignal | undefined,
  deadline: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof ApiProblem) return error;
  if (deadline?.aborted) {
    return new ApiProblem(
      { code: "deadline-exceeded", title: "The server did not answer in time", status: 0 },
      { cause: error },
    );
  }
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new ApiProblem(
    {
      code: "server-unreachable",
      title: connection.baseUrl === "" ? "The server cannot be reached" : `No server answers at ${connection.baseUrl}`,
      status: 0,
      ...(reason instanceof Error && reason.message !== "" ? { detail: reason.message } : {}),
    },
    { cause: error },
  );
}
