import { createPrivateKey, randomUUID, sign, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { KeyPair } from "./start-registry.ts";

/** Whoever may ask for tokens. */
export interface Account {
  readonly password: string;
  /** Given instead of a password, by the OAuth2 form of the protocol. */
  readonly refreshToken: string;
  readonly actions: readonly string[];
}

export interface TokenServer {
  /** For `WWW-Authenticate`. */
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** Requests so far, as `GET password` or `POST refresh_token`. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/**
 * The token protocol's other end ("Token Authentication Specification" of the distribution project): signs what an account
 * may do.
 */
export async function startTokenServer(
  keys: KeyPair,
  accounts: Readonly<Record<string, Account>>,
): Promise<TokenServer> {
  const service = "fairway-test";
  const issuer = "fairway-test-issuer";
  const asked: string[] = [];
  const handle = createServer({ cert: keys.certificate, key: keys.key }, async (request, response) => {
    const url = new URL(request.url ?? "/", "https://token");
    const form = request.method === "POST" ? new URLSearchParams(await text(request)) : url.searchParams;
    const account =
      request.method === "POST"
        ? Object.values(accounts).find(({ refreshToken }) => refreshToken === form.get("refresh_token"))
        : byPassword(request.headers.authorization ?? "", accounts);
    asked.push(request.method === "POST" ? `POST ${form.get("grant_type")}` : "GET password");
    if (account === undefined || form.get("service") !== service) {
      response.writeHead(401, { "content-type": "application/json" }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return;
    }
    const access = form
      .getAll("scope")
      .flatMap((scopes) => scopes.split(" "))
      .map((scope) => {
        const [type = "", name = "", actions = ""] = scope.split(":");
        return { type, name, actions: actions.split(",").filter((action) => account.actions.includes(action)) };
      });
    const token = signed(keys, { iss: issuer, aud: service, access });
    const body = request.method === "POST" ? { access_token: token, expires_in: 300 } : { token, expires_in: 300 };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  handle.listen(0, "127.0.0.1");
  await once(handle, "listening");
  const address = handle.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    realm: `https://127.0.0.1:${address.port}/token`,
    service,
    issuer,
    asked,
    async stop() {
      handle.closeAllConnections();
      handle.close();
      await once(handle, "close");
    },
  };
}

function byPassword(header: string, accounts: Readonly<Record<string, Account>>): Account | undefined {
  const [, encoded] = /^Basic (.+)$/.exec(header) ?? [];
  const [name = "", password] = Buffer.from(encoded ?? "", "base64")
    .toString()
    .split(":");
  const account = accounts[name];
  return account !== undefined && account.password === password ? account : undefined;
}

/** A JSON Web Token with the certificate in its header (RFC 7515, "x5c"), signed with ES256. */
function signed(keys: KeyPair, claims: object): string {
  const now = Math.floor(Date.now() / 1000);
  const chain = [new X509Certificate(keys.certificate).raw.toString("base64")];
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = part({ typ: "JWT", alg: "ES256", x5c: chain });
  const body = part({ ...claims, sub: "", jti: randomUUID(), nbf: now - 60, iat: now, exp: now + 300 });
  const key = createPrivateKey(keys.key);
  return `${head}.${body}.${sign("sha256", Buffer.from(`${head}.${body}`), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
