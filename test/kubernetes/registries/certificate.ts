import { generate } from "selfsigned";
import type { KeyPair } from "./start-registry.ts";

/** A self-signed certificate for an address, with a key that can sign tokens (P-256). */
export async function selfSigned(ip = "127.0.0.1"): Promise<KeyPair> {
  const made = await generate([{ name: "commonName", value: "registry of a test" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip }] },
    ],
  });
  return { certificate: made.cert, key: made.private };
}
