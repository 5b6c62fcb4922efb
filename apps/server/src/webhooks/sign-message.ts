import { createHmac, randomBytes } from "node:crypto";

/** As Standard Webhooks writes symmetric secrets; behind it stands base64. */
const prefix = "whsec_";

/** 192 random bits, in the middle of what Standard Webhooks allows. */
export function newSecret(): string {
  return `${prefix}${randomBytes(24).toString("base64")}`;
}

/**
 * The headers of a message by Standard Webhooks 1.0: HMAC-SHA256 over `<id>.<timestamp>.<body>`.
 *
 * @param now milliseconds since the epoch
 */
export function signedHeaders(
  message: { readonly id: string; readonly body: string },
  secret: string,
  now: number,
): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(secret.slice(prefix.length), "base64");
  const signature = createHmac("sha256", key).update(`${message.id}.${timestamp}.${message.body}`).digest("base64");
  return { "webhook-id": message.id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
