import type { IncomingHttpHeaders } from "node:http";

/** A request as the API reads it, from a socket or from a caller in this process. */
export interface ApiRequest {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The whole body; throws `ApiError` when it is too long, or cut off. Asked for at most once. */
  body(): Promise<Buffer>;
}

/** What the API does with a response; Node's `ServerResponse` is one. */
export interface ApiResponse {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  /** Bytes that wait for the client. */
  readonly writableLength: number;
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
  writeHead(code: number, headers?: Readonly<Record<string, string | number>>): { end(): unknown };
  flushHeaders(): void;
  /** False: `drain` tells when there is room again. */
  write(chunk: string | Uint8Array): boolean;
  end(text?: string): unknown;
  /** Breaks the connection off. */
  destroy(): unknown;
  on(event: "close" | "error", listener: () => void): unknown;
  once(event: "close" | "drain", listener: () => void): unknown;
}
