import { ParseError, parseTOML } from "toml-eslint-parser";
import type { Issue } from "../service-spec.ts";
import { type Range, type Source, source } from "./source.ts";
import { type TomlTable, TooDeep, treeOf } from "./tree.ts";

/** Largest app.toml, in characters: 1 MiB. */
const maxLength = 1_048_576;
/** Keys and items; more cost seconds. A service with a thousand variables stays far below. */
const maxSettings = 40_000;

export type ReadToml =
  | { readonly ok: true; readonly source: Source; readonly root: TomlTable }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Text to tree, or the one issue that prevents it. */
export function readToml(text: string): ReadToml {
  if (text.length > maxLength) return refuse(tooLarge(`${text.length} characters, the limit is ${maxLength}`));
  const settings = text.match(/[=,[{]/g)?.length ?? 0;
  if (settings > maxSettings) return refuse(tooLarge(`${settings} keys and items, the limit is ${maxSettings}`));
  // TOML allows a byte order mark, the parser does not; editors do not count it as a column.
  const from = source(text.startsWith("\uFEFF") ? text.slice(1) : text);
  try {
    return { ok: true, source: from, root: treeOf(parseTOML(from.text)) };
  } catch (error) {
    if (error instanceof ParseError) return refuse(syntaxIssue(from, error));
    if (error instanceof TooDeep) {
      return refuse({
        code: "too-deep",
        message: error.message,
        ...from.placeOf(error.range),
      });
    }
    // The parser recurses over nesting and spreads the characters of a value over the stack.
    if (error instanceof RangeError) {
      return refuse({
        code: "too-deep",
        message: "a value is too long, or nested too deeply",
        ...from.placeOf(longestLine(from.text)),
      });
    }
    throw error;
  }
}

function tooLarge(has: string): Issue {
  return {
    code: "too-large",
    message: `the file has ${has}`,
    ...{ line: 1, column: 1, length: 1 },
    hint: "keep data in files of its own; app.toml only configures the service",
  };
}

function refuse(issue: Issue): ReadToml {
  return { ok: false, issues: [issue] };
}

function longestLine(text: string): Range {
  let longest: Range = [0, 0];
  let start = 0;
  for (const line of text.split("\n")) {
    if (line.length > longest[1] - longest[0]) longest = [start, start + line.length];
    start += line.length + 1;
  }
  return longest;
}

/** Plain words for the parser's messages (toml-eslint-parser `src/errors.ts`); one that is not here is passed on. */
const plainWords: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  "Unterminated string constant": ["this text has no closing quote", "close it on the same line"],
  "Unterminated table-key": ["this table header has no closing bracket", "for example: [run]"],
  "Unterminated array": ["this list has no closing bracket", 'for example: exclude = ["docs"]'],
  "Unterminated inline table": ["this table has no closing brace", 'for example: { path = "/health" }'],
  "Empty bare keys are not allowed": ["a key is missing here"],
  "Must be a newline": ["something follows a value on the same line", "one setting per line; text stands in quotes"],
  "Expected equal (=) token": ['a "=" is missing after the key', 'for example: name = "user"'],
  "Unspecified values are invalid": ['the value after "=" is missing', 'for example: name = "user"'],
  "Expected comma (,) token": ["a comma is missing between two items"],
  "Defining a key multiple times is invalid": ["this is set a second time", "keep one of the two"],
  "Unexpected character": ["this character cannot stand here"],
  "Unexpected token": ["this cannot stand here", 'a line is a [table], or: key = "value"'],
  "Underscores are allowed between digits": ["an underscore may only stand between two digits"],
  "Unexpected spaces": ["a space cannot stand here"],
  "Three or more quotes are not permitted": ["too many quotes"],
  "Unexpected invalid date": ["this date does not exist"],
  "Unexpected invalid time": ["this time does not exist"],
  "Leading zeros are not allowed": ["a number cannot begin with 0", "write text in quotes"],
  "Invalid character in escape sequence": [
    "this escape does not exist",
    "a backslash is written \\\\, or use 'single quotes'",
  ],
  "The key, equals sign, and value must be on the same line": ['key, "=" and value must stand on one line'],
  "Control characters (codes < 0x1f and 0x7f) are not allowed": ["a control character cannot stand here"],
  "Consecutive dots are not permitted in keys": ["a part of this key is missing between two dots"],
  "Keys cannot end with a dot": ["this key ends with a dot"],
  "Keys cannot start with a dot": ["this key begins with a dot"],
};

function syntaxIssue(from: Source, error: ParseError): Issue {
  const header = openHeader(from.text, error);
  if (header !== undefined) {
    const [message = "", hint = ""] = plainWords["Unterminated table-key"] ?? [];
    return { code: "syntax", message, ...from.placeOf(header), hint };
  }
  const [words, usualHint] = plainWords[error.message] ?? [lowerFirst(error.message)];
  const start = startOf(from.text, error);
  const rest = from.text.slice(start, start + 200);
  const before = from.text.slice(Math.max(0, start - 200), start);
  const unquoted =
    error.message === "Unexpected character" && /=[ \t]*$/.test(before) ? /^[\p{L}/.:-][^\r\n#,]*/u.exec(rest) : null;
  if (unquoted !== null) {
    const word = unquoted[0].trim();
    return {
      code: "syntax",
      message: "text must stand in quotes",
      ...from.placeOf([start, start + word.length]),
      hint: `write it as ${JSON.stringify(word.length > 40 ? `${word.slice(0, 40)}...` : word)}`,
    };
  }
  const hint = /^[\u201C\u201D\u201E\u2018\u2019]/.test(rest)
    ? "use the plain quotes \" or '"
    : rest.startsWith(":") && error.message === "Unexpected character"
      ? 'write a "=" between key and value'
      : usualHint;
  return {
    code: "syntax",
    message: words,
    ...from.placeOf([start, start + (/^[\w-]+/.exec(rest)?.[0].length ?? 1)]),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** What is missing is reported where it should stand: behind the last thing that is there, not on a later line. */
function startOf(text: string, error: ParseError): number {
  const index = Math.min(Math.max(0, error.index), text.length);
  if (!/missing|Unspecified|Expected|Unterminated/.test(error.message)) return index;
  return text.slice(0, index).trimEnd().length;
}

/** A table header without its bracket: the parser goes on, and complains about the line below. */
function openHeader(text: string, error: ParseError): Range | undefined {
  if (!error.message.startsWith("The key, equals sign")) return undefined;
  const end = text.slice(0, Math.max(0, error.index)).trimEnd().length;
  const start = text.lastIndexOf("\n", end - 1) + 1;
  const header = /^[ \t]*\[[^\]=]*$/.exec(text.slice(start, end));
  return header === null ? undefined : [start, end];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
