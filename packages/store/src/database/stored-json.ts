/**
 * JSON text that `jsonb` takes: PostgreSQL refuses NUL and halves of surrogate pairs, which a program's log may well
 * hold. They become U+FFFD, as in any decoder of broken text.
 */
export function storedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "string" ? storedText(inner) : inner));
}

/** Text that a `text` column takes. */
export function storedText(value: string): string {
  return value.includes("\0") ? value.toWellFormed().replaceAll("\0", "\ufffd") : value.toWellFormed();
}
