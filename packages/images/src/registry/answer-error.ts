import { ConnectionStalled, type HttpAnswer } from "./http-exchange.ts";
import { isRecord } from "./is-record.ts";
import { NotPublic } from "./public-address.ts";
import { RegistryError, type RegistryErrorCode } from "./registry-error.ts";
import { retryAfter } from "./with-retries.ts";

/** Who was asked and what for, for messages: `registry.example/team/user: reading the manifest of v1`. */
export type Doing = string;

/**
 * The error of an answer that is not what was wanted.
 *
 * @param secrets texts that must not be told, should the registry repeat them
 */
export function answerError(doing: Doing, answer: HttpAnswer, secrets: readonly string[], now: number): RegistryError {
  const { status } = answer;
  const said = registrySays(answer, secrets);
  const failed = (code: RegistryErrorCode, what: string, hint: string, transient = false) =>
    new RegistryError(code, `${doing}: ${what} (${status}${said === "" ? "" : `: ${said}`})`, {
      hint,
      transient,
      status,
      retryAfter: retryAfter(answer.headers["retry-after"], now),
    });
  if (status === 401)
    return failed("unauthorized", "the registry wants credentials", "give credentials for the registry");
  if (status === 403)
    return failed(
      "denied",
      "the registry does not allow it",
      "ask for the right to do this, or use another repository",
    );
  if (status === 404 || status === 410)
    return failed(
      "not-found",
      "there is no such thing in the registry",
      "check the name; some registries want a repository to be made before the first push",
    );
  if (status === 429)
    return failed(
      "rate-limited",
      "the registry allows no more requests for now",
      "wait, or use credentials with a higher limit",
      true,
    );
  if (status === 400 && said.startsWith("DIGEST_INVALID"))
    return failed(
      "digest-mismatch",
      "what arrived is not what its digest names",
      "check the network between here and the registry",
    );
  if (status === 413)
    return failed("too-large", "it is too large for the registry", "raise the limit of the registry or its proxy");
  if (status >= 500 || status === 408)
    return failed(
      "unavailable",
      "the registry failed",
      "try again later, or look at the registry's log",
      status !== 501,
    );
  return failed(
    "invalid-answer",
    "the registry answered what the protocol does not allow",
    "check that this host is a registry",
  );
}

/** The error of a request that got no answer. */
export function connectionError(doing: Doing, error: unknown, plainHttp: boolean): RegistryError {
  if (error instanceof RegistryError) return error;
  if (error instanceof ConnectionStalled)
    return new RegistryError("interrupted", `${doing}: nothing moved on the connection for too long`, {
      hint: "check the network between here and the registry",
      transient: true,
    });
  if (error instanceof NotPublic)
    return new RegistryError("not-public", `${doing}: ${error.message}, and only such are asked here`, {
      hint: "use a registry that is open to all, or have this one named where registries are",
    });
  const code = codeOf(error);
  const details = (hint: string, transient = false) => ({ hint, transient, cause: error });
  if (/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_\w+)$/.test(code))
    return new RegistryError(
      "tls",
      `${doing}: the registry's certificate is signed by nobody we trust (${code})`,
      details("give the certificate of its authority, or the self-signed certificate itself, as PEM for this registry"),
    );
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return new RegistryError(
      "tls",
      `${doing}: the registry's certificate is for another name`,
      details("use the name that is in the certificate"),
    );
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH$)/.test(code))
    return new RegistryError(
      "tls",
      `${doing}: no secure connection (${code})`,
      details("check the registry's certificate; a registry without TLS has to be marked as plain http"),
    );
  if (code === "ENOTFOUND")
    return new RegistryError("unavailable", `${doing}: there is no such host`, details("check the registry's name"));
  if (/^(E[A-Z_]+|UND_\w+|HPE_\w+)$/.test(code)) {
    const lost = code === "ECONNRESET" || code === "EPIPE";
    return new RegistryError(
      lost ? "interrupted" : "unavailable",
      lost ? `${doing}: the connection broke off` : `${doing}: the registry cannot be reached (${code})`,
      details(
        plainHttp
          ? "check that the registry runs and speaks plain http"
          : "check that the registry runs and can be reached",
        !code.startsWith("HPE_"),
      ),
    );
  }
  return new RegistryError("interrupted", `${doing}: the transfer failed`, details("see the cause"));
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.message === "aborted" ? "ECONNRESET" : "";
}

/** Code and message of the first error in the body (OCI distribution specification 1.1, "Error codes"), made harmless. */
function registrySays(answer: HttpAnswer, secrets: readonly string[]): string {
  let document: unknown;
  try {
    document = JSON.parse(answer.body.toString("utf8"));
  } catch {
    return "";
  }
  const errors = isRecord(document) ? document["errors"] : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (!isRecord(first)) return "";
  const parts = [first["code"], first["message"]].filter((part) => typeof part === "string" && part !== "");
  let text = parts.join(": ");
  for (const secret of secrets) if (secret.length >= 4) text = text.replaceAll(secret, "…");
  // Cut before the search for addresses: its time grows with the square of what a hostile registry sends.
  text = text.slice(0, 1000);
  text = text.replace(/\w+:\/\/\S+/g, "…").replace(/[^\x20-\x7e\u00a0-\uFFFD]/g, " ");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
