/** `must`: it will not run, or will lose something; `should`: it will hurt one day; `good`: worth knowing. */
export type Severity = "must" | "should" | "good";

/** Something that stands in the way of running well. */
export interface Finding {
  /** Stable, kebab-case: `local-state`, `no-owner`, ... */
  readonly rule: string;
  readonly severity: Severity;
  /** What is there, in a few words. */
  readonly message: string;
  readonly place?: Place;
  /** Why it matters here. */
  readonly why: string;
  /** What to do. */
  readonly advice: string;
  /** What the program said, where that tells more. */
  readonly lines?: readonly string[];
}

/** Where it stands. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** In characters. */
  readonly length?: number;
  /** The line, without what must not be shown. */
  readonly excerpt?: string;
}

const ranks: readonly Severity[] = ["must", "should", "good"];

/** What must be done first, and of the same weight in the order of rules. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
}
