import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import { isObject, type JsonObject } from "../json.ts";

export interface RequestOptions {
  /** An object goes out as JSON, text or bytes as they are. */
  readonly body?: unknown;
  /** Of the body; `application/json` unless given. */
  readonly contentType?: string;
  readonly accept?: string;
  /** Instead of the kubeconfig's token; "" sends none. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; empty when it is none. */
  readonly body: JsonObject;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject;
}

/** Plain requests to a Kubernetes API, with nothing between the case and the wire. */
export interface KubernetesClient {
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** The events of a watch, until `close`. Throws when the answer is not 200. */
  watch(path: string): Promise<{ readonly events: AsyncIterable<WatchEvent>; close(): void }>;
  close(): void;
}

/** A client of the first cluster and user of a kubeconfig that has a token, and its certificates as data. */
export function kubernetesClient(kubeconfig: string): KubernetesClient {
  const { clusters, users } = parse(kubeconfig);
  const { server, "certificate-authority-data": authority, "tls-server-name": servername } = clusters[0].cluster;
  const { token } = users[0].user;
  const agent = new Agent({
    keepAlive: true,
    ca: Buffer.from(authority, "base64"),
    ...(servername === undefined ? {} : { servername }),
  });

  const send = (method: string, path: string, options: RequestOptions): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { body, contentType = "application/json", accept = "application/json" } = options;
      const isRaw = typeof body === "string" || Buffer.isBuffer(body);
      const bytes = body === undefined ? undefined : Buffer.from(isRaw ? body : JSON.stringify(body));
      const given = options.token ?? token;
      const outgoing = request(
        `${server}${path}`,
        {
          method,
          agent,
          headers: {
            accept,
            "user-agent": "contract/1",
            ...(bytes === undefined ? {} : { "content-type": contentType, "content-length": String(bytes.length) }),
            ...(given === "" ? {} : { authorization: `Bearer ${given}` }),
            ...options.headers,
          },
        },
        resolve,
      );
      outgoing.setTimeout(120_000, () => outgoing.destroy(new Error(`no answer within 120 s: ${method} ${path}`)));
      outgoing.on("error", reject);
      outgoing.end(bytes);
    });

  return {
    async request(method, path, options = {}) {
      const answer = await send(method, path, options);
      let text = "";
      for await (const chunk of answer.setEncoding("utf8")) text += chunk;
      return { code: answer.statusCode ?? 0, headers: answer.headers, text, body: parseObject(text) };
    },
    async watch(path) {
      const answer = await send("GET", path, {});
      if (answer.statusCode !== 200) {
        answer.resume();
        throw new Error(`a watch is answered with ${answer.statusCode}: ${path}`);
      }
      return { events: readEvents(answer), close: () => answer.destroy() };
    },
    close: () => agent.destroy(),
  };
}

async function* readEvents(answer: IncomingMessage): AsyncIterable<WatchEvent> {
  for await (const line of createInterface({ input: answer })) {
    const { type, object } = parseObject(line);
    yield { type: String(type), object: isObject(object) ? object : {} };
  }
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
