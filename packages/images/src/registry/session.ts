import { answerError, connectionError } from "./answer-error.ts";
import { authorization, type Scope } from "./authorization.ts";
import { dockerCredentials } from "./docker-credentials.ts";
import {
  type HttpAnswer,
  type HttpBody,
  type HttpConnections,
  type HttpRequest,
  httpConnections,
} from "./http-exchange.ts";
import type { Operation } from "./operation.ts";
import { nextAddress, type RegistryAccess, registryAddress } from "./registry-address.ts";
import { RegistryError } from "./registry-error.ts";
import { type Retries, retries } from "./with-retries.ts";

/** One request of the protocol. */
export interface Call {
  /** For messages: what is done, without addresses. */
  readonly doing: string;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/v2/<repository>/`, or an address that the registry gave. */
  readonly to: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** Statuses that are no error. */
  readonly accept: readonly number[];
  /** Bytes of the answer that are taken; 64 KiB by default. */
  readonly limit?: number;
  readonly receive?: HttpRequest["receive"];
  readonly onSent?: (bytes: number) => void;
}

/** Requests to one repository, with its authorization. */
export interface Session {
  /** `registry/repository`. */
  readonly name: string;
  readonly repository: string;
  readonly operation: Operation;
  /** One try: authorizes, follows redirects of GET and HEAD. Throws RegistryError, and errors of `receive` and `body` unchanged. */
  send(call: Call): Promise<HttpAnswer & { readonly url: URL }>;
  /** `send`, again and again while the error passes. */
  sendAgain(call: Call): Promise<HttpAnswer & { readonly url: URL }>;
  retries(): Retries;
  /** Bytes of bodies handed to connections so far. */
  sent(): number;
  close(): void;
}

const usualLimit = 64 * 1024;
const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * @param actions what the repository is used for: `pull` or `pull,push`
 * @param alsoPulled another repository of the same registry, from which blobs are mounted
 */
export function openSession(
  of: { readonly registry: string; readonly repository: string },
  actions: "pull" | "pull,push",
  operation: Operation,
  alsoPulled?: string,
): Session {
  const { registry, repository } = of;
  const { timing, signal } = operation;
  const access = operation.access(registry);
  const address = registryAddress(registry, access);
  const connections = connect(registry, access, operation.stall);
  let sent = 0;

  const ask = async (request: HttpRequest, doing: string): Promise<HttpAnswer> => {
    let local: { readonly error: unknown } | undefined;
    const guarded = guard(request, (error) => {
      local = { error };
    });
    try {
      return await connections.exchange(guarded, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (local !== undefined) throw local.error;
      throw connectionError(doing, error, request.url.protocol === "http:");
    }
  };
  const scopes: Scope[] = [`repository:${repository}:${actions}`];
  if (alsoPulled !== undefined) scopes.push(`repository:${alsoPulled}:pull`);
  const auth = authorization({
    registry,
    address,
    credentials: dockerCredentials(access.dockerConfig, registry, repository),
    scopes,
    now: timing.now,
    ask,
    failed: (doing, answer) => answerError(doing, answer, [], timing.now()),
  });

  const send: Session["send"] = async (call) => {
    const doing = `${registry}/${repository}: ${call.doing}`;
    let url = typeof call.to === "string" ? new URL(`/v2/${repository}/${call.to}`, address) : call.to;
    let renewed = false;
    for (let hops = 0; ; ) {
      const own = url.origin === address.origin;
      const header = own ? auth.header() : undefined;
      const answer = await ask(
        {
          method: call.method,
          url,
          headers: {
            "user-agent": "fairway",
            ...call.headers,
            ...(header === undefined ? {} : { authorization: header }),
          },
          body: call.body,
          limit: call.limit ?? usualLimit,
          receive: call.receive,
          onSent: (bytes) => {
            sent += bytes;
            call.onSent?.(bytes);
          },
        },
        doing,
      );
      if (answer.status === 401 && own) {
        await auth.renew(answer, header, renewed);
        renewed = true;
        continue;
      }
      if (redirects.has(answer.status)) {
        hops += 1;
        url = redirected(call, answer, url, hops, doing);
        continue;
      }
      if (!call.accept.includes(answer.status)) throw answerError(doing, answer, auth.secrets(), timing.now());
      if (answer.truncated)
        throw new RegistryError("too-large", `${doing}: the answer is larger than ${call.limit ?? usualLimit} bytes`, {
          hint: "check that this host is a registry",
        });
      return { ...answer, url };
    }
  };
  const newRetries = () =>
    retries({
      timing,
      until: operation.until,
      signal,
      onWait: (milliseconds, failure) => operation.report({ kind: "waiting", milliseconds, reason: failure.message }),
    });
  return {
    name: `${registry}/${repository}`,
    repository,
    operation,
    send,
    async sendAgain(call) {
      const tries = newRetries();
      for (;;) {
        try {
          return await send(call);
        } catch (error) {
          await tries.after(error);
        }
      }
    },
    retries: newRetries,
    sent: () => sent,
    close: () => connections.close(),
  };
}

function redirected(call: Call, answer: HttpAnswer, from: URL, hops: number, doing: string): URL {
  const refuse = (why: string) =>
    new RegistryError("invalid-answer", `${doing}: the registry sends elsewhere, ${why}`, {
      hint: "use the name under which the registry itself answers",
    });
  if (call.method !== "GET" && call.method !== "HEAD") throw refuse("which is not followed with data");
  if (hops > mostRedirects) throw refuse(`more than ${mostRedirects} times`);
  const next = nextAddress(answer.headers.location ?? "", from);
  if (next === undefined || answer.headers.location === undefined) throw refuse("to where we do not go");
  return next;
}

function connect(registry: string, access: RegistryAccess, stall: number): HttpConnections {
  try {
    return httpConnections(access.certificateAuthority, stall, access.publicOnly === true);
  } catch (error) {
    throw new RegistryError("tls", `${registry}: the certificate authority given for it cannot be read`, {
      hint: "give one or more certificates as PEM, each from BEGIN CERTIFICATE to END CERTIFICATE",
      cause: error,
    });
  }
}

/** Tells errors of our own files apart from errors of the network, which the same streams carry. */
function guard(request: HttpRequest, onLocal: (error: unknown) => void): HttpRequest {
  const { body, receive } = request;
  return {
    ...request,
    body: body && {
      length: body.length,
      async *open() {
        try {
          yield* body.open();
        } catch (error) {
          onLocal(error);
          throw error;
        }
      },
    },
    receive:
      receive &&
      (async (arriving, answer) => {
        let broken = false;
        async function* watched(): AsyncGenerator<Uint8Array> {
          try {
            yield* arriving;
          } catch (error) {
            broken = true;
            throw error;
          }
        }
        try {
          await receive(watched(), answer);
        } catch (error) {
          if (!broken) onLocal(error);
          throw error;
        }
      }),
  };
}
