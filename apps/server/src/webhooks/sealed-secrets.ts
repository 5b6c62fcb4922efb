import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Secrets as they may lie in the database: whoever has only that cannot read them. */
export interface SealedSecrets {
  seal(secret: string): string;
  /** Undefined when it was sealed with another key, or changed. */
  open(sealed: string): string | undefined;
}

/** What is said of a message whose secret cannot be opened. */
export const secretUnreadable = "its secret cannot be read with this key: remove the webhook and add it again";

const algorithm = "aes-256-gcm";
/** Bytes, as NIST SP 800-38D recommends. */
const nonceLength = 12;
const tagLength = 16;

/** @param key a secret that the database does not have */
export function sealedSecrets(key: string): SealedSecrets {
  const keyBytes = createHash("sha256").update(key).digest();
  return {
    seal(secret) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv(algorithm, keyBytes, nonce);
      const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64");
      const [nonce, tag, text] = [
        bytes.subarray(0, nonceLength),
        bytes.subarray(nonceLength, nonceLength + tagLength),
        bytes.subarray(nonceLength + tagLength),
      ];
      try {
        const decipher = createDecipheriv(algorithm, keyBytes, nonce, { authTagLength: tagLength });
        decipher.setAuthTag(tag);
        return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
