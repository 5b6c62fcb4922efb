import { type AuthChallenge, parseChallenges } from "./auth-challenge.ts";
import { type Credentials, describeCredentials } from "./docker-credentials.ts";
import type { HttpAnswer, HttpRequest } from "./http-exchange.ts";
import { isRecord } from "./is-record.ts";
import { mayReceiveCredentials } from "./registry-address.ts";
import { RegistryError } from "./registry-error.ts";

/** Rights to one repository, in the words of the token protocol: `repository:team/user:pull,push`. */
export type Scope = string;

/** What one repository's requests carry as `Authorization`. */
export interface Authorization {
  /** The header for the next request; undefined until the registry asks for one. */
  header(): string | undefined;
  /**
   * Answers a 401: afterwards `header` is new.
   *
   * @param used the header that was not taken
   * @param again the same request was refused before, after which `header` was made new
   * @throws RegistryError `unauthorized`, `denied` when there is nothing (more) to offer; what the token server's failure means
   */
  renew(answer: HttpAnswer, used: string | undefined, again: boolean): Promise<void>;
  /** What messages must not hold. */
  secrets(): readonly string[];
}

export interface AuthorizationOptions {
  /** As it stands in image names. */
  readonly registry: string;
  readonly address: URL;
  readonly credentials: Credentials;
  /** What this client will do, whatever the first challenge asks for. */
  readonly scopes: readonly Scope[];
  readonly now: () => number;
  /** Sends a request as it is; follows and retries nothing. Throws RegistryError when there is no answer. */
  readonly ask: (request: HttpRequest, doing: string) => Promise<HttpAnswer>;
  /** The error of a bad answer of the token server. */
  readonly failed: (doing: string, answer: HttpAnswer) => RegistryError;
}

const tokenLimit = 1024 * 1024;
/** Token protocol: `expires_in` is 60 seconds when it is not told. */
const usualLifetime = 60;
/** A token that ends during a request would cost the request. */
const margin = 10_000;

/**
 * Basic and Bearer authorization for one repository, by the challenges of its registry. Credentials leave only for the
 * registry itself (Basic) and for the token server that it names (see `mayReceiveCredentials`).
 * Sources: distribution project, "Token Authentication Specification" and "OAuth2 Token Authentication"; RFC 7617.
 */
export function authorization(options: AuthorizationOptions): Authorization {
  const { registry, credentials, now } = options;
  const secrets = new Set<string>(secretsOf(credentials));
  let current: { readonly header: string; readonly until: number } | undefined;

  const refused = (code: "unauthorized" | "denied", what: string) =>
    new RegistryError(code, `${registry}: ${what} (used: ${describeCredentials(credentials)})`, {
      hint: hintFor(registry, credentials, code),
    });

  const valid = () => (current !== undefined && now() < current.until ? current.header : undefined);

  return {
    header: valid,
    secrets: () => [...secrets],
    async renew(answer, used, again) {
      // Another request has seen to it in the meantime.
      if (!again && valid() !== undefined && valid() !== used) return;
      const challenges = parseChallenges(answer.headers["www-authenticate"] ?? "");
      const bearer = challenges.find(({ scheme }) => scheme === "bearer");
      current = undefined;
      if (again && credentials.kind !== "none" && bearer?.parameters["error"] === "insufficient_scope")
        throw refused("denied", "the registry does not allow it");
      if (again)
        throw refused(
          "unauthorized",
          credentials.kind === "none" ? "the registry wants credentials" : "the registry does not take the credentials",
        );
      if (bearer !== undefined) {
        const { token, seconds } = await bearerToken(bearer, options, refused);
        secrets.add(token);
        current = { header: `Bearer ${token}`, until: now() + Math.max(seconds * 1000 - margin, 1000) };
        return;
      }
      if (!challenges.some(({ scheme }) => scheme === "basic"))
        throw refused("unauthorized", "the registry wants credentials, and by no way that we know");
      if (credentials.kind !== "password") throw refused("unauthorized", "the registry wants a user and password");
      current = { header: basic(credentials), until: Number.POSITIVE_INFINITY };
    },
  };
}

async function bearerToken(
  { parameters }: AuthChallenge,
  options: AuthorizationOptions,
  refused: (code: "unauthorized" | "denied", what: string) => RegistryError,
): Promise<{ readonly token: string; readonly seconds: number }> {
  const { registry, address, credentials } = options;
  const realm = parameters["realm"] ?? "";
  if (!URL.canParse(realm)) throw refused("unauthorized", "the registry names no token server");
  const url = new URL(realm);
  if (!mayReceiveCredentials(url, address))
    throw refused(
      "unauthorized",
      `the registry sends to ${url.protocol}//${url.host} for a token; nothing was sent there, for it is not safe`,
    );

  const service = parameters["service"];
  const scopes = mergeScopes([...(parameters["scope"] ?? "").split(" "), ...options.scopes]);
  const fields: [string, string][] = service === undefined ? [] : [["service", service]];
  const doing = `${registry}: asking ${url.host} for a token`;
  let request: HttpRequest;
  if (credentials.kind === "identity-token") {
    const form = new URLSearchParams([
      ["grant_type", "refresh_token"],
      ...fields,
      ["client_id", "fairway"],
      ["scope", scopes.join(" ")],
      ["refresh_token", credentials.token],
    ]);
    const body = Buffer.from(form.toString());
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    request = {
      method: "POST",
      url,
      headers,
      body: { length: body.length, open: () => once(body) },
      limit: tokenLimit,
    };
  } else {
    for (const [name, value] of fields) url.searchParams.set(name, value);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    if (credentials.kind === "password") url.searchParams.set("account", credentials.username);
    const headers = {
      accept: "application/json",
      ...(credentials.kind === "password" ? { authorization: basic(credentials) } : {}),
    };
    request = { method: "GET", url, headers, limit: tokenLimit };
  }
  const answer = await options.ask(request, doing);
  // RFC 6749, section 5.2: `invalid_grant` and its kin come as 400.
  if (answer.status === 401 || (answer.status === 400 && credentials.kind === "identity-token"))
    throw refused(
      "unauthorized",
      `the token server ${url.host} ${credentials.kind === "none" ? "wants credentials" : "does not take the credentials"}`,
    );
  if (answer.status !== 200) throw options.failed(doing, answer);
  return tokenOf(answer, doing);
}

function tokenOf(answer: HttpAnswer, doing: string): { readonly token: string; readonly seconds: number } {
  const invalid = () =>
    new RegistryError("invalid-answer", `${doing}: the answer holds no token`, {
      hint: "check the registry's token server",
    });
  let document: unknown;
  try {
    document = JSON.parse(answer.body.toString("utf8"));
  } catch {
    throw invalid();
  }
  if (answer.truncated || !isRecord(document)) throw invalid();
  const token = document["token"] ?? document["access_token"];
  // What goes into a header line must be one line.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) throw invalid();
  const told = document["expires_in"];
  return { token, seconds: typeof told === "number" && told > 0 ? told : usualLifetime };
}

/** One scope for each repository, with all its actions: some token servers take only the last of two. */
function mergeScopes(scopes: readonly Scope[]): readonly Scope[] {
  const actions = new Map<string, Set<string>>();
  for (const scope of scopes) {
    const colon = scope.lastIndexOf(":");
    if (colon < 1) continue;
    const resource = scope.slice(0, colon);
    const known = actions.get(resource) ?? new Set();
    for (const action of scope.slice(colon + 1).split(",")) known.add(action);
    actions.set(resource, known);
  }
  return [...actions].map(([resource, all]) => `${resource}:${[...all].sort().join(",")}`);
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function secretsOf(credentials: Credentials): readonly string[] {
  if (credentials.kind === "identity-token") return [credentials.token];
  if (credentials.kind === "none") return [];
  return [basic(credentials).slice("Basic ".length), credentials.password];
}

function hintFor(registry: string, credentials: Credentials, code: "unauthorized" | "denied"): string {
  if (code === "denied") return "ask for the right to do this, or use another repository";
  if (credentials.kind !== "none") return `check the credentials given for ${registry}; they may have ended`;
  const helper = credentials.helper;
  const login = `give a Docker configuration with credentials for ${registry}; the image may also not exist`;
  return helper === undefined
    ? login
    : `${login}. The configuration leaves them to the program docker-credential-${helper}, which is not run: put them under auths`;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
