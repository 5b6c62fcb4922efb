import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A server certificate and its private key, PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

const day = 86_400_000;
const lifetime = 5 * 365 * day;
/** A certificate with less time left is replaced at the next start. */
const renewBefore = 30 * day;

/**
 * The certificate kept in `directory`; made, self-signed for 127.0.0.1, ::1 and localhost, when there is none or it ends
 * soon. Clients trust exactly this certificate.
 */
export async function serverCertificate(directory: string, now: number): Promise<ServerCertificate> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const certificateFile = join(directory, "tls.crt");
  const keyFile = join(directory, "tls.key");
  const kept = readKept(certificateFile, keyFile, now);
  if (kept !== undefined) return kept;
  const made = await generate([{ name: "commonName", value: "minicluster" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + lifetime),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  writePrivate(keyFile, made.private);
  writePrivate(certificateFile, made.cert);
  return { certificate: made.cert, key: made.private };
}

/** Writes a file that only its owner reads, whole or not at all. */
export function writePrivate(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function readKept(certificateFile: string, keyFile: string, now: number): ServerCertificate | undefined {
  if (!existsSync(certificateFile) || !existsSync(keyFile)) return undefined;
  const certificate = readFileSync(certificateFile, "utf8");
  const key = readFileSync(keyFile, "utf8");
  try {
    const parsed = new X509Certificate(certificate);
    if (Date.parse(parsed.validTo) - now < renewBefore) return undefined;
    return { certificate, key };
  } catch {
    return undefined;
  }
}
