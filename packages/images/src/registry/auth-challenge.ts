/** One challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1); names in small letters. */
export interface AuthChallenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads a header that may hold several challenges: `Bearer realm="…",service="…", Basic realm="…"`. What does not follow the
 * grammar ends the reading; what was read before counts.
 */
export function parseChallenges(header: string): readonly AuthChallenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/y;
  const value = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/y;
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const word = token.exec(header)?.[1]?.toLowerCase();
    if (word === undefined) return challenges;
    at = token.lastIndex;
    value.lastIndex = at;
    const given = value.exec(header);
    const current = challenges.at(-1);
    if (given === null) {
      challenges.push({ scheme: word, parameters: {} });
    } else if (current === undefined) {
      return challenges;
    } else {
      at = value.lastIndex;
      current.parameters[word] ??= given[1]?.replace(/\\(.)/g, "$1") ?? given[2] ?? "";
    }
  }
}
