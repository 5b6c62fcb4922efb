import { generate } from "selfsigned";
import type { KeyPair } from "./start-registry.ts";

/** A self-signed certificate for 127.0.0.1, with a key that can sign tokens (P-256). */
export async function selfSigned(): Promise<KeyPair> {
  const made = await generate([{ name: "commonName", value: "registry of a test" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  return { certificate: made.cert, key: made.private };
}
