import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type JsonObject } from "../json.ts";
import { writePrivate } from "../tls/certificate.ts";

/** Signs and checks the tokens of service accounts: JSON Web Tokens (RFC 7519), ES256. */
export interface ServiceAccountKeys {
  sign(claims: JsonObject): string;
  /** The claims of a token that this key has signed; undefined for anything else. Says nothing about its time. */
  verify(token: string): JsonObject | undefined;
}

/** The key kept in `directory/service-account.key` (mode 0600); made when there is none. Without a directory it is kept in memory only. */
export function serviceAccountKeys(directory?: string): ServiceAccountKeys {
  if (directory === undefined) return keysOf(newKey());
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, "service-account.key");
  if (!existsSync(file)) {
    writePrivate(file, newKey().export({ type: "pkcs8", format: "pem" }).toString());
  }
  return keysOf(createPrivateKey(readFileSync(file)));
}

function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

const encoded = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function keysOf(key: KeyObject): ServiceAccountKeys {
  const publicKey = createPublicKey(key);
  const header = encoded({ alg: "ES256", typ: "JWT" });
  return {
    sign(claims) {
      const content = `${header}.${encoded(claims)}`;
      const signature = sign("sha256", Buffer.from(content), { key, dsaEncoding: "ieee-p1363" });
      return `${content}.${signature.toString("base64url")}`;
    },
    verify(token) {
      const [head = "", body = "", signature = "", ...rest] = token.split(".");
      if (head !== header || rest.length > 0) return undefined;
      const given = Buffer.from(signature, "base64url");
      const content = Buffer.from(`${head}.${body}`);
      if (!verify("sha256", content, { key: publicKey, dsaEncoding: "ieee-p1363" }, given)) return undefined;
      const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString());
      return isObject(claims) ? claims : undefined;
    },
  };
}
