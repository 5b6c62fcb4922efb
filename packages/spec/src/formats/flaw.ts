/** What is wrong with a text, in words that may stand alone: `there is no hour 25 (0 to 23)`. */
export interface Flaw {
  readonly reason: string;
  /** The part of the text that it is about, in characters from 0; undefined: all of it. */
  readonly at?: readonly [start: number, end: number];
}

/** Looks for what is wrong with a text of one format. */
export type Format = (text: string) => Flaw | undefined;
