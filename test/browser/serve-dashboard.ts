import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { respond, type World } from "../../apps/dashboard/fixtures/index.ts";
import { securityHeaders } from "../../apps/server/src/http/security-headers.ts";

/** The built dashboard: the one that `npm run test:browser` made for itself, else the one in its place. */
export const dist = process.env.DASHBOARD_DIST ?? path.join(import.meta.dirname, "../../apps/dashboard/dist");

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export interface Served {
  readonly url: string;
  /** Breaks every connection and answers no more, until `start` on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Serves the built dashboard and answers its questions from a world, under the security policy of the real server. */
export async function serveDashboard(world: World): Promise<Served> {
  const server = createServer((request, response) => {
    answer(world, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  let port = 0;
  const start = () =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        port = typeof address === "object" && address !== null ? address.port : 0;
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await start();
  return { url: `http://127.0.0.1:${port}`, start, stop };
}

async function answer(world: World, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  if (url.pathname.startsWith("/v1/")) {
    const body = incoming.method === "GET" ? undefined : await text(incoming);
    const request = new Request(url, {
      method: incoming.method ?? "GET",
      ...(body === undefined || body === "" ? {} : { body }),
    });
    const response = await respond(world, request);
    if (response === undefined) {
      outgoing.writeHead(404).end();
      return;
    }
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (response.body === null) outgoing.end();
    else await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => outgoing.destroy());
    return;
  }
  const file = path.join(dist, path.normalize(url.pathname));
  const found = file.startsWith(dist) && (await stat(file).catch(() => undefined))?.isFile() === true;
  const sent = found ? file : path.join(dist, "index.html");
  outgoing.writeHead(200, {
    "content-type": contentTypes[path.extname(sent)] ?? "application/octet-stream",
    ...securityHeaders,
    "cache-control": "no-store",
  });
  await pipeline(createReadStream(sent), outgoing);
}
