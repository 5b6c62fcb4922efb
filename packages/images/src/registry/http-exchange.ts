import { X509Certificate } from "node:crypto";
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { rootCertificates } from "node:tls";
import { publicLookup, requirePublicHost } from "./public-address.ts";

/** What is sent with a request; opened again for each try. */
export interface HttpBody {
  readonly length: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  /** Bytes of an answer's body that are kept; the rest is not read. */
  readonly limit: number;
  /** Takes the body of a good answer (2xx) piece by piece, instead of keeping it. */
  readonly receive?: ((body: AsyncIterable<Uint8Array>, answer: HttpAnswer) => Promise<void>) | undefined;
  /** Bytes of the body handed to the connection. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body was longer than the limit. */
  readonly truncated: boolean;
}

/** Kept connections to a registry and to where it sends us. Redirects are answers like others: nothing is followed. */
export interface HttpConnections {
  /** Errors of the connection pass unchanged; an aborted `signal` throws its reason. */
  exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/** Nothing moved on the connection for the time allowed. */
export class ConnectionStalled extends Error {}

/** The connection ended, and there was no answer. */
class ConnectionClosed extends Error {
  readonly code = "ECONNRESET";
}

/** No more at a time, to one host: layers travel side by side, and registries limit clients. */
const connectionsPerHost = 4;

/**
 * @param certificateAuthority PEM, one or more certificates, trusted beside the public ones
 * @param stall milliseconds without a byte in either direction until a request fails with `ConnectionStalled`
 * @param publicOnly addresses of this machine and of private networks fail with `NotPublic`
 * @throws Error when the PEM holds no certificate
 */
export function httpConnections(
  certificateAuthority: string | undefined,
  stall: number,
  publicOnly: boolean,
): HttpConnections {
  const options = { keepAlive: true, maxSockets: connectionsPerHost };
  const plain = new http.Agent(options);
  const trusted =
    certificateAuthority === undefined ? {} : { ca: [...rootCertificates, ...split(certificateAuthority)] };
  const secure = new https.Agent({ ...options, ...trusted });

  return {
    async exchange(wanted, signal) {
      signal.throwIfAborted();
      if (publicOnly) requirePublicHost(wanted.url.hostname);
      const tls = wanted.url.protocol === "https:";
      const headers = { ...wanted.headers, ...lengthOf(wanted) };
      const { method, url } = wanted;
      const common = { method, headers, signal, timeout: stall, ...(publicOnly ? { lookup: publicLookup } : {}) };
      const request = tls
        ? https.request(url, { ...common, agent: secure })
        : http.request(url, { ...common, agent: plain });
      request.on("timeout", () => request.destroy(new ConnectionStalled()));
      try {
        const answered = new Promise<IncomingMessage>((resolve, reject) => {
          request.once("response", resolve);
          // Stays for good: an answer may come before all is sent, and the connection break then.
          request.on("error", reject);
          // An answer that changes the protocol (101) ends a request with neither of both.
          request.once("close", () => reject(new ConnectionClosed()));
        });
        const [response] = await Promise.all([answered, send(request, wanted)]);
        return await receive(response, wanted);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        // A request that was answered before it was sent leaves a connection that nobody can use again.
        if (!request.writableFinished) request.destroy();
      }
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

async function send(request: ClientRequest, { body, onSent }: HttpRequest): Promise<void> {
  if (body === undefined) {
    request.end();
    return;
  }
  let over = false;
  const stop = new Promise<void>((resolve) => {
    const end = () => {
      over = true;
      resolve();
    };
    request.once("response", end);
    request.once("close", end);
    request.once("error", end);
  });
  try {
    for await (const chunk of body.open()) {
      if (over) return;
      const more = request.write(chunk);
      onSent?.(chunk.byteLength);
      if (!more) await Promise.race([stop, new Promise((resolve) => request.once("drain", resolve))]);
    }
    request.end();
  } catch (error) {
    request.destroy();
    throw error;
  }
}

async function receive(response: IncomingMessage, wanted: HttpRequest): Promise<HttpAnswer> {
  const status = response.statusCode ?? 0;
  const { headers } = response;
  const about = { status, headers, body: Buffer.alloc(0), truncated: false };
  if (wanted.receive !== undefined && status >= 200 && status < 300) {
    try {
      await wanted.receive(bytesOf(response), about);
    } finally {
      if (!response.complete) response.destroy();
    }
    return about;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytesOf(response)) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > wanted.limit) break;
  }
  const body = Buffer.concat(chunks);
  return { status, headers, body: body.subarray(0, wanted.limit), truncated: length > wanted.limit };
}

async function* bytesOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of response) if (chunk instanceof Uint8Array) yield chunk;
}

function lengthOf({ method, body }: HttpRequest): Record<string, string> {
  if (body !== undefined) return { "content-length": String(body.length) };
  return method === "POST" || method === "PUT" || method === "PATCH" ? { "content-length": "0" } : {};
}

function split(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error("no certificate in the text");
  // Node leaves out what it cannot read, without a word.
  return blocks.map((block) => new X509Certificate(block).toString());
}
