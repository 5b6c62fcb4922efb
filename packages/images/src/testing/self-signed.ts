import { generate } from "selfsigned";

/** A self-signed certificate for 127.0.0.1 and its key, PEM. */
export async function selfSigned(): Promise<{ readonly certificate: string; readonly key: string }> {
  const made = await generate([{ name: "commonName", value: "registry of a test" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  return { certificate: made.cert, key: made.private };
}
