import { styleText } from "node:util";
import type { Output } from "./shell.ts";

/** What a piece of text means; the terminal decides how that looks. Colour never stands alone: a mark or a word says the same. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
  /** What one could type or follow. */
  accent(text: string): string;
}

const plain = (text: string) => text;
export const plainStyle: Style = {
  good: plain,
  bad: plain,
  doubtful: plain,
  faint: plain,
  strong: plain,
  accent: plain,
};
const colourStyle: Style = {
  good: (text) => styleText("green", text, { validateStream: false }),
  bad: (text) => styleText("red", text, { validateStream: false }),
  doubtful: (text) => styleText("yellow", text, { validateStream: false }),
  faint: (text) => styleText("dim", text, { validateStream: false }),
  strong: (text) => styleText("bold", text, { validateStream: false }),
  accent: (text) => styleText("cyan", text, { validateStream: false }),
};

/** Colours on a terminal; `FORCE_COLOR` and `NO_COLOR` (no-color.org) decide before that. */
export function styleFor(output: Output, environment: Readonly<Record<string, string | undefined>>): Style {
  const force = environment["FORCE_COLOR"];
  if (force !== undefined && force !== "") return force === "0" || force === "false" ? plainStyle : colourStyle;
  if ((environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb") return plainStyle;
  return output.isTerminal ? colourStyle : plainStyle;
}
