export type Words =
  | { readonly ok: true; readonly words: readonly string[] }
  /** `start` and `end` are positions in the line; `reason` completes "the command". */
  | { readonly ok: false; readonly reason: string };

/**
 * Splits a command line as a shell would (POSIX shell, 2.2 Quoting), and refuses what only a shell can do: operators,
 * expansions, globs, assignments.
 */
export function splitWords(line: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (/[ \t\r\n]/.test(character)) {
      if (/[\r\n]/.test(character) && words.length + (word === undefined ? 0 : 1) > 0 && line.slice(at).trim() !== "") {
        return { ok: false, reason: "has several lines, which only a shell understands" };
      }
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'") {
      const end = line.indexOf("'", at + 1);
      if (end === -1) return { ok: false, reason: "has a quote that is not closed" };
      word = (word ?? "") + line.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      const quoted = doubleQuoted(line, at + 1);
      if (typeof quoted === "string") return { ok: false, reason: quoted };
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else if (character === "\\") {
      at += 1;
      if (at >= line.length) return { ok: false, reason: "ends with a backslash" };
      word = (word ?? "") + line.charAt(at);
    } else if (/[|&;<>()$`*?[]/.test(character)) {
      const operator = /^(&&|\|\||>>|<<)/.exec(line.slice(at))?.[0] ?? character;
      return { ok: false, reason: `has ${JSON.stringify(operator)}, which only a shell understands` };
    } else if ((character === "~" || character === "#") && word === undefined) {
      return { ok: false, reason: `has ${JSON.stringify(character)}, which only a shell understands` };
    } else if (character === "=" && words.length === 0 && word !== undefined && /^[A-Za-z_]\w*$/.test(word)) {
      return { ok: false, reason: `sets ${word}, which only a shell understands; variables stand in [env]` };
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words.length === 0 ? { ok: false, reason: "is empty" } : { ok: true, words };
}

function doubleQuoted(line: string, from: number): { readonly text: string; readonly end: number } | string {
  let text = "";
  for (let at = from; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '"') return { text, end: at };
    if (character === "$" || character === "`") {
      return `has ${JSON.stringify(character)}, which only a shell understands`;
    }
    if (character === "\\" && /["\\$`]/.test(line.charAt(at + 1))) {
      at += 1;
      text += line.charAt(at);
    } else {
      text += character;
    }
  }
  return "has a quote that is not closed";
}
