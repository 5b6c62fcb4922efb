import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";
import { digestOf } from "../registry/manifests.ts";

/** A request as it came; the body is not read yet. */
export interface Seen {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

/** What a script does with a request; true when it has answered, otherwise the registry does its work. */
export type Script = (seen: Seen, response: ServerResponse, request: IncomingMessage) => boolean | Promise<boolean>;

export interface ScriptedRegistry {
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly seen: Seen[];
  readonly blobs: Map<string, Buffer>;
  /** By `repository@reference`. */
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>;
  script: Script;
  /** Bytes of bodies after which the connection is cut, once. */
  cutAfter: number;
  /** `GET /v2/…` without queries, for readable assertions. */
  calls(): readonly string[];
}

/**
 * A registry in memory by the OCI distribution specification, one blob store for all repositories as mounts show it; `script`
 * comes first and may misbehave. Uploads know how far they came, also after a broken connection.
 */
export async function scriptedRegistry(
  test: TestContext,
  tls?: { readonly certificate: string; readonly key: string },
): Promise<ScriptedRegistry> {
  const uploads = new Map<string, Buffer>();
  /** Which repository may use a blob. */
  const linked = new Set<string>();
  const registry: Omit<ScriptedRegistry, "address"> = {
    seen: [],
    blobs: new Map(),
    manifests: new Map(),
    script: () => false,
    cutAfter: Number.POSITIVE_INFINITY,
    calls: () => registry.seen.map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`),
  };
  const handle: RequestListener = async (request, response) => {
    const seen: Seen = {
      method: request.method ?? "",
      path: request.url ?? "",
      authorization: request.headers.authorization,
      headers: request.headers,
    };
    registry.seen.push(seen);
    request.on("error", () => {});
    if (await registry.script(seen, response, request)) return;
    await answer(seen, request, response);
  };

  async function answer({ method, path }: Seen, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(path, "http://registry");
    const [, repository = "", kind = "", reference = ""] =
      /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs)\/([^/]*)$/.exec(url.pathname) ?? [];
    const reply = (status: number, headers: Record<string, string> = {}, body?: Buffer) => {
      response.writeHead(status, headers);
      response.end(method === "HEAD" ? undefined : body);
    };
    const unknown = () => reply(404, {}, Buffer.from('{"errors":[{"code":"UNKNOWN"}]}'));
    const place = (id: string) => ({ location: `/v2/${repository}/blobs/uploads/${id}?_state=secret-of-upload` });

    if (kind === "manifests" && method === "PUT") {
      const bytes = Buffer.concat(await collect(request, [], registry));
      const digest = digestOf(bytes);
      const stored = { type: request.headers["content-type"] ?? "", bytes };
      for (const name of [reference, digest]) registry.manifests.set(`${repository}@${name}`, stored);
      return reply(201, { "docker-content-digest": digest });
    }
    if (kind === "manifests") {
      const found = registry.manifests.get(`${repository}@${reference}`);
      if (found === undefined) return unknown();
      const about = { "content-type": found.type, "docker-content-digest": digestOf(found.bytes) };
      return reply(200, { ...about, "content-length": String(found.bytes.length) }, found.bytes);
    }
    if (kind === "blobs") {
      const bytes = registry.blobs.get(reference);
      if (bytes === undefined || !linked.has(`${repository}@${reference}`)) return unknown();
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const part = bytes.subarray(from);
      const range = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
      return reply(from > 0 ? 206 : 200, { "content-length": String(part.length), ...(from > 0 ? range : {}) }, part);
    }
    if (method === "POST") {
      const mount = url.searchParams.get("mount");
      if (mount !== null && linked.has(`${url.searchParams.get("from")}@${mount}`)) {
        linked.add(`${repository}@${mount}`);
        return reply(201, { location: `/v2/${repository}/blobs/${mount}` });
      }
      const id = `upload-${uploads.size}`;
      uploads.set(id, Buffer.alloc(0));
      return reply(202, place(id));
    }
    const before = uploads.get(reference);
    if (before === undefined) return unknown();
    const range = (length: number) => ({ range: `0-${Math.max(0, length - 1)}` });
    if (method === "GET") return reply(204, { ...place(reference), ...range(before.length) });
    const start = request.headers["content-range"]?.split("-")[0];
    if (start !== undefined && Number(start) !== before.length) return reply(416, range(before.length));
    const chunks = [before];
    try {
      await collect(request, chunks, registry);
    } finally {
      // What came before the connection broke is kept.
      uploads.set(reference, Buffer.concat(chunks));
    }
    const all = Buffer.concat(chunks);
    if (method === "PATCH") return reply(202, { ...place(reference), ...range(all.length) });
    const digest = url.searchParams.get("digest") ?? "";
    if (digestOf(all) !== digest) return reply(400, {}, Buffer.from('{"errors":[{"code":"DIGEST_INVALID"}]}'));
    registry.blobs.set(digest, all);
    linked.add(`${repository}@${digest}`);
    reply(201, { "docker-content-digest": digest });
  }

  const quiet: RequestListener = async (request, response) => {
    try {
      await handle(request, response);
    } catch {
      // The connection is gone.
      response.destroy();
    }
  };
  const server = tls ? createSecureServer({ cert: tls.certificate, key: tls.key }, quiet) : createServer(quiet);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return Object.assign(registry, { address: `127.0.0.1:${address.port}` });
}

async function collect(request: IncomingMessage, chunks: Buffer[], registry: { cutAfter: number }): Promise<Buffer[]> {
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    chunks.push(chunk);
    registry.cutAfter -= chunk.length;
    if (registry.cutAfter >= 0) continue;
    registry.cutAfter = Number.POSITIVE_INFINITY;
    request.destroy();
    throw new Error("cut");
  }
  return chunks;
}
