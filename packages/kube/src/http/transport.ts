/** One request to a Kubernetes API. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute, percent-encoded: `/api/v1/namespaces/user`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  readonly body?: { readonly contentType: string; readonly text: string };
}

/** Its answer; the body may still be on its way. */
export interface ApiResponse {
  readonly code: number;
  /** Names in lower case. */
  header(name: string): string | undefined;
  /** Ends with an error when it breaks off. */
  readonly body: AsyncIterable<Uint8Array>;
  /** True when the body has come to its own end. */
  isComplete(): boolean;
  /** Ends the body now, for whoever reads it with that error. */
  destroy(error?: Error): void;
}

/**
 * Brings requests to one API, as somebody whom it lets in: over sockets by a kubeconfig, or in process. Resolves when the
 * answer's head is there; an abort ends it in every stage, the body too. Throws `TransportError` (from elsewhere: any
 * error, with `sent: false` when the request certainly never reached the API), or the signal's reason.
 */
export type Transport = (request: ApiRequest, signal: AbortSignal) => Promise<ApiResponse>;

/** No answer came. `sent` is false when the request certainly never reached the server. */
export class TransportError extends Error {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, cause: unknown) {
    super(message, { cause });
    this.name = "TransportError";
    this.sent = sent;
  }
}

/** What a transport threw, in our words. */
export function transportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const sent = !(error instanceof Error && "sent" in error && error.sent === false);
  return new TransportError(error instanceof Error ? error.message : String(error), sent, error);
}

/** The whole body as text. Throws `TransportError` when it breaks off or is longer than `limit` bytes. */
export async function readBody(response: ApiResponse, limit: number, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body) {
      length += chunk.length;
      if (length > limit) throw new Error(`the answer is longer than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    response.destroy();
    signal.throwIfAborted();
    throw new TransportError(`the answer broke off: ${messageOf(error)}`, true, error);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** In the words of people where there are some. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    ENOTFOUND: "its name is not known",
    EAI_AGAIN: "its name cannot be looked up now",
    EHOSTUNREACH: "no route to it",
    ENETUNREACH: "no route to it",
    ETIMEDOUT: "connection timed out",
  };
  return (code === undefined ? undefined : words[code]) ?? error.message;
}
