/** What went wrong with a registry or an image, for scripts and for the API's problem codes. */
export type RegistryErrorCode =
  /** A text that names no image. */
  | "invalid-reference"
  /** 401: the registry wants credentials, or does not take those it got; also a Docker configuration that cannot be read. */
  | "unauthorized"
  /** 403: known, but not allowed to do this. */
  | "denied"
  /** No such image, layer or repository. */
  | "not-found"
  /** 429 until patience ended. */
  | "rate-limited"
  /** 5xx, no connection, no such host. */
  | "unavailable"
  /** An address of this machine or of a private network, where that is not allowed. */
  | "not-public"
  /** The certificate is not trusted, or there is no TLS where it is expected. */
  | "tls"
  /** Bytes that are not those that their digest names. */
  | "digest-mismatch"
  /** An image of a kind, or for a platform, that is not taken. */
  | "unsupported"
  /** A document or layer larger than allowed, or larger than it says it is. */
  | "too-large"
  /** A transfer that broke off, stalled, or took longer than its deadline. */
  | "interrupted"
  /** An answer that the protocol does not allow. */
  | "invalid-answer";

/**
 * The one error of the registry part. The message tells what happened and where, `hint` what to do; neither holds a
 * password, a token or the address of an upload.
 */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  readonly hint: string;
  /** Trying again may help; the client has done so already when this error leaves the package. */
  readonly transient: boolean;
  /** Milliseconds that the registry asked to wait. */
  readonly retryAfter: number | undefined;
  /** Of the answer; undefined when there was none. */
  readonly status: number | undefined;

  constructor(
    code: RegistryErrorCode,
    message: string,
    details: {
      readonly hint?: string;
      readonly transient?: boolean;
      readonly retryAfter?: number | undefined;
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "RegistryError";
    this.code = code;
    this.hint = details.hint ?? "";
    this.transient = details.transient ?? false;
    this.retryAfter = details.retryAfter;
    this.status = details.status;
  }
}
