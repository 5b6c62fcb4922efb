/** A line of TOML, and what it is to a reader's eye. */
export interface TomlLine {
  readonly kind: "comment" | "table" | "other";
  readonly text: string;
}

export function tomlLines(text: string): readonly TomlLine[] {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => ({ kind: /^\s*#/.test(line) ? "comment" : /^\s*\[/.test(line) ? "table" : "other", text: line }));
}
