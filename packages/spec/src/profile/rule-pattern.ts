import { RE2JS, RE2JSException } from "re2js";

/** Characters of a value that a pattern is tried on; longer ones are told to be too long. */
export const longestMatched = 1000;

/**
 * A rule's regular expression: RE2's language, which has neither backreferences nor lookaround and is matched in time
 * that grows with the text alone, so that no pattern and no app.toml can hold the platform up.
 *
 * @returns whether it is found in a text, or why it is no pattern
 */
export function rulePattern(
  pattern: string,
): { readonly ok: true; readonly found: (text: string) => boolean } | { readonly ok: false; readonly reason: string } {
  try {
    const compiled = RE2JS.compile(pattern);
    return { ok: true, found: (text) => compiled.test(text) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, reason: error.message.replace(/^error parsing regexp: /, "") };
  }
}
