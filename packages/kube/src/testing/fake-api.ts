import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A request as the fake saw it. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

export type Answer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers. */
  | "hang"
  /** Takes the request and ends the connection. */
  | "reset";

/** A Kubernetes API that says what a test tells it to; by default every list is empty and every watch silent. */
export interface FakeApi {
  readonly kubeconfig: string;
  readonly host: string;
  readonly seen: Seen[];
  /** Answers the next requests; undefined leaves one to the defaults. */
  answer(handler: (seen: Seen) => Answer | undefined): void;
  /** The same, after a while. */
  answerLater(handler: (seen: Seen) => Promise<Answer | undefined>): void;
  /** What lists of a resource (its plural) give from now on. */
  setList(resource: string, items: readonly unknown[], resourceVersion: string): void;
  /** Sends one event to every open watch of a resource. */
  send(resource: string, event: unknown): void;
  /** Resolves when a watch of the resource is open that was opened after this call, or is open already. */
  watching(resource: string): Promise<Seen>;
  /** Ends the open watches of a resource, as a timeout of the API does. */
  endWatches(resource: string): void;
  /** Breaks every connection; new ones are taken. */
  drop(): void;
  /** Nothing listens any more, connections end. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function startFakeApi(): Promise<FakeApi> {
  const seen: Seen[] = [];
  const lists = new Map<string, { readonly items: readonly unknown[]; readonly resourceVersion: string }>();
  const watches = new Map<ServerResponse, { readonly resource: string; readonly seen: Seen }>();
  const waiting: { readonly resource: string; readonly resolve: (seen: Seen) => void }[] = [];
  const sockets = new Set<Socket>();
  let handler: (request: Seen) => Answer | undefined | Promise<Answer | undefined> = () => undefined;

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://fake");
    let text = "";
    for await (const chunk of request) text += chunk;
    const call: Seen = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    seen.push(call);
    const answer = (await handler(call)) ?? byDefault(call, response);
    if (answer === undefined || answer === "hang") return;
    if (answer === "reset") {
      request.socket.destroy();
      return;
    }
    const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(body);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });

  function byDefault(call: Seen, response: ServerResponse): Answer | undefined {
    const resource = call.path.split("/").at(-1) ?? "";
    if (call.path === "/version") return { status: 200, body: { gitVersion: "v1.36.3" } };
    if (resource === "selfsubjectaccessreviews") return { status: 201, body: { status: { allowed: true } } };
    if (call.query["watch"] === "true") {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      watches.set(response, { resource, seen: call });
      response.on("close", () => watches.delete(response));
      for (const one of waiting.filter((other) => other.resource === resource)) one.resolve(call);
      return undefined;
    }
    const { items, resourceVersion } = lists.get(resource) ?? { items: [], resourceVersion: "1" };
    return { status: 200, body: { metadata: { resourceVersion }, items } };
  }

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  const drop = () => {
    watches.clear();
    for (const socket of sockets) socket.destroy();
  };
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      drop();
    });

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    seen,
    kubeconfig: kubeconfigFor(`http://${host}`, { token: "t0ken" }),
    answer: (next) => {
      handler = next;
    },
    answerLater: (next) => {
      handler = next;
    },
    setList: (resource, items, resourceVersion) => {
      lists.set(resource, { items, resourceVersion });
    },
    send: (resource, event) => {
      for (const [response, watch] of watches)
        if (watch.resource === resource) response.write(`${JSON.stringify(event)}\n`);
    },
    watching: (resource) => {
      const open = [...watches.values()].findLast((watch) => watch.resource === resource);
      if (open !== undefined) return Promise.resolve(open.seen);
      return new Promise((resolve) => waiting.push({ resource, resolve }));
    },
    endWatches: (resource) => {
      for (const [response, watch] of watches) {
        if (watch.resource !== resource) continue;
        watches.delete(response);
        response.end();
      }
    },
    drop,
    cut,
    mend: () => listen(port),
    close: () => (server.listening ? cut() : Promise.resolve()),
  };
}

/** A kubeconfig with one context, as JSON, which is YAML. */
export function kubeconfigFor(server: string, user: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "fake",
    contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
    clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "fake", user }],
  });
}

/** An object with the fields that every one has. */
export function fakeObject(
  kind: string,
  name: string,
  resourceVersion: string,
  more: { readonly namespace?: string; readonly [field: string]: unknown } = {},
) {
  const { namespace = "user", ...fields } = more;
  const metadata = { name, uid: `uid-${name}`, resourceVersion, ...(kind === "Namespace" ? {} : { namespace }) };
  return { apiVersion: kind === "Deployment" ? "apps/v1" : "v1", kind, metadata, ...fields };
}
