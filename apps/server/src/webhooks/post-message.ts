import { signedHeaders } from "./sign-message.ts";

export interface Posted {
  readonly delivered: boolean;
  /** HTTP status; undefined when nobody answered. */
  readonly answer: number | undefined;
  /** Why it was not taken; never an address or a secret. */
  readonly error: string | undefined;
}

/**
 * Sends a signed message once. Taken is what is answered with 2xx within the deadline; redirects are not followed, because
 * a signed message is for the address that somebody has entered. Never rejects for what the receiver does.
 *
 * @param options.deadline milliseconds
 */
export async function postMessage(
  url: string,
  message: { readonly id: string; readonly body: string },
  secret: string,
  options: { readonly now: number; readonly deadline: number; readonly signal: AbortSignal },
): Promise<Posted> {
  const late = AbortSignal.timeout(options.deadline);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "user-agent": "fairway",
        ...signedHeaders(message, secret, options.now),
      },
      body: message.body,
      signal: AbortSignal.any([options.signal, late]),
    });
    // Nobody reads it; a receiver may send as much as it likes.
    await response.body?.cancel().catch(() => undefined);
    const { status } = response;
    if (response.ok) return { delivered: true, answer: status, error: undefined };
    const isRedirect = status >= 300 && status < 400;
    return {
      delivered: false,
      answer: status,
      error: isRedirect ? "redirects are not followed" : `answered ${status}`,
    };
  } catch (error) {
    options.signal.throwIfAborted();
    const reason = late.aborted ? `no answer within ${options.deadline / 1000} s` : reasonOf(error);
    return { delivered: false, answer: undefined, error: reason };
  }
}

/** `ECONNREFUSED`: what lies behind "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error ? cause.message : "the connection failed");
}
