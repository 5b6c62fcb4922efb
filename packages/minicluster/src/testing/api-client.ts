import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { type ApiServer, startApiServer } from "../http/api-server.ts";
import { isObject, type JsonObject } from "../json.ts";
import type { PodLogs } from "../objects-api.ts";
import { type Objects, type ObjectsOptions, openObjects } from "../open-objects.ts";

export interface CallOptions {
  /** An object goes out as JSON, a string or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends this instead of the server's token; "" sends none. */
  readonly token?: string;
}

export interface CallAnswer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; empty when it is none. */
  readonly body: JsonObject;
}

/** A served cluster without controllers, in a folder that goes with the test. */
export interface TestApi {
  readonly server: ApiServer;
  readonly objects: Objects;
  readonly directory: string;
  call(method: string, path: string, options?: CallOptions): Promise<CallAnswer>;
  /** Watches; each event is one step of the iteration. Ends with the server's answer. */
  watch(path: string): Promise<{ readonly events: AsyncIterator<string>; close(): void }>;
}

export async function startTestApi(
  context: TestContext,
  options: {
    readonly logs?: PodLogs;
    readonly objects?: Partial<ObjectsOptions>;
    readonly clock?: { now(): number };
  } = {},
): Promise<TestApi> {
  const directory = mkdtempSync(join(tmpdir(), "api-"));
  const clock = options.clock ?? { now: () => Date.now() };
  const objects = openObjects({ clock, ...options.objects });
  const server = await startApiServer({
    objects,
    directory,
    clock,
    ...(options.logs === undefined ? {} : { logs: options.logs }),
  });
  context.after(async () => {
    await server.close();
    objects.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function send(method: string, path: string, { body, headers = {}, token }: CallOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const given = token ?? server.token;
      const isText = typeof body === "string" || Buffer.isBuffer(body);
      const bytes = body === undefined ? undefined : Buffer.from(isText ? body : JSON.stringify(body));
      const outgoing = request(
        `${server.url}${path}`,
        {
          method,
          ca: server.certificate,
          headers: {
            ...(body === undefined || isText ? {} : { "content-type": "application/json" }),
            // Node frames the body of a DELETE only when its length is given.
            ...(bytes === undefined ? {} : { "content-length": String(bytes.length) }),
            ...(given === "" ? {} : { authorization: `Bearer ${given}` }),
            ...headers,
          },
          signal: AbortSignal.timeout(20_000),
        },
        resolve,
      );
      outgoing.on("error", reject);
      outgoing.end(bytes);
    });
  }

  return {
    server,
    objects,
    directory,
    async call(method, path, callOptions = {}) {
      const answer = await send(method, path, callOptions);
      let text = "";
      for await (const chunk of answer) text += String(chunk);
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch {
        body = undefined;
      }
      return { code: answer.statusCode ?? 0, headers: answer.headers, text, body: isObject(body) ? body : {} };
    },
    async watch(path) {
      const answer = await send("GET", path, {});
      const events = createInterface({ input: answer })[Symbol.asyncIterator]();
      return { events, close: () => answer.destroy() };
    },
  };
}

/** `TYPE name` of a watch's line. */
export function eventText(line: string): string {
  const { type, object } = JSON.parse(line);
  return type === "ERROR" ? `ERROR ${object.code}` : `${type} ${object.metadata.name ?? ""}`.trim();
}
