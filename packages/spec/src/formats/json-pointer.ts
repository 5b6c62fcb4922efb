import type { Flaw } from "./flaw.ts";

/** A JSON pointer (RFC 6901), but for the empty one: that would replace the object. */
export function jsonPointerFlaw(text: string): Flaw | undefined {
  if (text === "") return { reason: "an empty pointer means the whole object" };
  if (!text.startsWith("/")) {
    const slashes = `/${text.replace(/^\$?\.?/, "").replaceAll(".", "/")}`;
    return { reason: `it begins with "/"; did you mean ${slashes.slice(0, 60)}?` };
  }
  const tilde = text.search(/~(?![01])/);
  return tilde === -1 ? undefined : { reason: '"~" is written ~0, a "/" within a key ~1', at: [tilde, tilde + 1] };
}
