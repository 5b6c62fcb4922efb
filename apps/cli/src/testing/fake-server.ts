import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { type Problem, type Route, type Routes, routes } from "@fairway/api";

type RouteName = keyof Routes;

/** A request as the API describes it: everything is parsed by the route's schemas before a test sees it. */
interface FakeRequest {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Of an upload. */
  readonly content: Buffer;
  /** Where a stream is to go on. */
  readonly lastEventId: string | undefined;
}

/** What a fake answers: a value, a refusal, or the events of a stream; `broken` cuts the connection behind them. */
export type FakeAnswer =
  | { readonly value: unknown }
  | { readonly problem: Pick<Problem, "code" | "title" | "status"> & Partial<Problem> }
  | {
      readonly events: readonly { readonly id: string; readonly data: unknown }[];
      readonly end: "end" | "broken" | "open";
    };

type Handler = (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>;

export interface FakeServer {
  readonly url: string;
  readonly token: string;
  /** Names of the operations that were called, in order. */
  readonly calls: RouteName[];
  /** Variables that lead commands here. */
  readonly environment: Readonly<Record<string, string>>;
}

const token = "fake-token";

/** A server with the routes, schemas and permissions of the API and with answers of the test's own; gone after the test. */
export async function fakeServer(
  test: TestContext,
  handlers: Partial<Record<RouteName, Handler>>,
): Promise<FakeServer> {
  const calls: RouteName[] = [];
  const server = createServer((request, response) => {
    answer(request, response, handlers, calls).catch((error: unknown) => {
      // A mistake of the test: the client must not wait for it.
      response.destroy(error instanceof Error ? error : undefined);
      test.diagnostic(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  return { url, token, calls, environment: { FAIRWAY_URL: url, FAIRWAY_TOKEN: token } };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: Partial<Record<RouteName, Handler>>,
  calls: RouteName[],
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fake");
  const found = findRoute(request.method ?? "", url.pathname);
  if (found === undefined) return refuse(response, { code: "not-found", title: "No such route", status: 404 });
  const { name, route, params } = found;
  calls.push(name);
  if (route.permission !== "public" && request.headers.authorization !== `Bearer ${token}`)
    return refuse(response, { code: "unauthenticated", title: "Who are you?", status: 401 });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  const handler = handlers[name];
  if (handler === undefined) return refuse(response, { code: "not-found", title: `${name} is not there`, status: 404 });
  const given = await handler({
    params: asRecord(route.params?.parse(params)),
    query: asRecord(route.query?.parse(Object.fromEntries(url.searchParams))),
    body: route.body === undefined ? undefined : route.body.parse(JSON.parse(content.toString())),
    content,
    lastEventId: one(request.headers["last-event-id"]),
  });
  if ("problem" in given) return refuse(response, given.problem);
  if ("events" in given) return stream(response, route, given);
  if (route.stream === "text") {
    response.writeHead(route.status, { "content-type": "text/plain" }).end(String(given.value));
    return;
  }
  response.writeHead(route.status, { "content-type": "application/json" });
  response.end(
    route.response === undefined || route.method === "HEAD"
      ? undefined
      : JSON.stringify(route.response.parse(given.value)),
  );
}

function stream(response: ServerResponse, route: Route, given: Extract<FakeAnswer, { events: unknown }>): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const { id, data } of given.events)
    response.write(`id: ${id}\ndata: ${JSON.stringify(route.response?.parse(data))}\n\n`);
  if (given.end === "end") response.end("event: end\ndata:\n\n");
  // What was written must arrive first.
  else if (given.end === "broken") response.write(": bye\n\n", () => setImmediate(() => response.destroy()));
}

function refuse(
  response: ServerResponse,
  problem: FakeAnswer extends infer A ? Extract<A, { problem: unknown }>["problem"] : never,
): void {
  response.writeHead(problem.status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", ...problem }));
}

function findRoute(
  method: string,
  path: string,
): { name: RouteName; route: Route; params: Record<string, string> } | undefined {
  for (const [name, route] of Object.entries(routes)) {
    const pattern = new RegExp(`^${route.path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
    const match = pattern.exec(path);
    if (route.method !== method || match === null || !isRouteName(name)) continue;
    const params = Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]);
    return { name, route, params: Object.fromEntries(params) };
  }
  return undefined;
}

function isRouteName(name: string): name is RouteName {
  return Object.hasOwn(routes, name);
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.[0];
}
