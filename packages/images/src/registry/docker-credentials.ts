import { isRecord } from "./is-record.ts";
import { RegistryError } from "./registry-error.ts";

/** What a Docker configuration file says about one repository. */
export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** A refresh token, exchanged at the token server. */
  | { readonly kind: "identity-token"; readonly token: string }
  /** `helper` names the program that keeps them elsewhere; it is not run. */
  | { readonly kind: "none"; readonly helper?: string };

/**
 * Looks up credentials as Docker does: keys of `auths` are hosts (also with a scheme and `/v1/`, as in
 * `https://index.docker.io/v1/`) or hosts with the beginning of a repository; the longest that fits is taken.
 *
 * @param text the file; undefined when there is none
 * @throws RegistryError `unauthorized` when the text is no Docker configuration; the text itself is not told
 */
export function dockerCredentials(text: string | undefined, registry: string, repository: string): Credentials {
  if (text === undefined) return { kind: "none" };
  const broken = (what: string) =>
    new RegistryError("unauthorized", `${registry}: the Docker configuration given for it ${what}`, {
      hint: 'give the text of a Docker config.json: {"auths":{"registry":{"auth":"…"}}}',
    });
  const config = parsed(text);
  if (!isRecord(config)) throw broken("is not a JSON object");
  const auths = config["auths"] ?? {};
  if (!isRecord(auths)) throw broken("has auths that are no object");

  const hosts = registry === "docker.io" ? ["docker.io", "index.docker.io", "registry-1.docker.io"] : [registry];
  let best: { readonly length: number; readonly credentials: Credentials } | undefined;
  for (const [key, entry] of Object.entries(auths)) {
    const plain = key
      .replace(/^https?:\/\//, "")
      .replace(/\/+$/, "")
      .replace(/^([^/]+)\/v[12]$/, "$1");
    const [host = "", ...segments] = plain.split("/");
    const path = segments.join("/");
    if (!hosts.includes(host.toLowerCase())) continue;
    if (path !== "" && path !== repository && !repository.startsWith(`${path}/`)) continue;
    const credentials = isRecord(entry) ? entryCredentials(entry) : undefined;
    if (credentials === "broken") throw broken(`has an entry for ${host} whose auth is no base64 of user:password`);
    if (credentials !== undefined && path.length >= (best?.length ?? 0)) best = { length: path.length, credentials };
  }
  if (best !== undefined) return best.credentials;

  const helpers = isRecord(config["credHelpers"]) ? config["credHelpers"] : {};
  const helper = hosts.map((host) => helpers[host]).find((name) => name !== undefined) ?? config["credsStore"];
  return typeof helper === "string" && /^[\w.-]{1,64}$/.test(helper) ? { kind: "none", helper } : { kind: "none" };
}

/** What kind of credentials, for messages; never their value. */
export function describeCredentials(credentials: Credentials): string {
  if (credentials.kind === "password") return "a user and password";
  if (credentials.kind === "identity-token") return "an identity token";
  return "no credentials";
}

/** Undefined for an empty entry, which Docker leaves when a helper keeps the secret. */
function entryCredentials(entry: Record<string, unknown>): Credentials | "broken" | undefined {
  const { identitytoken, auth, username, password } = entry;
  if (typeof identitytoken === "string" && identitytoken !== "")
    return { kind: "identity-token", token: identitytoken };
  if (typeof auth === "string" && auth !== "") {
    const decoded = Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "");
    const colon = decoded.indexOf(":");
    if (colon < 1) return "broken";
    return { kind: "password", username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  }
  if (typeof username === "string" && username !== "" && typeof password === "string")
    return { kind: "password", username, password };
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the text, which holds secrets.
    return undefined;
  }
}
