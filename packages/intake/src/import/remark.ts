/**
 * What became of something in the original objects:
 * - `patched`: no field of app.toml says it, a patch or an extra object does
 * - `rule`: Fairway decides it, as a rule stricter, for every service alike
 * - `todo`: carried over, and it works only when somebody does what `advice` says
 * - `lost`: not carried over
 * - `note`: carried over, and worth knowing
 */
export type Verdict = "patched" | "rule" | "todo" | "lost" | "note";

export interface Remark {
  readonly verdict: Verdict;
  /** What, in a few words: `volume data`, `check ready`. */
  readonly about: string;
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function remark(verdict: Verdict, about: string, message: string, advice?: string): Remark {
  return advice === undefined ? { verdict, about, message } : { verdict, about, message, advice };
}
