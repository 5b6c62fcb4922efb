import type { causeEntries } from "./entries/cause-entries.ts";

/**
 * `fatal`: waiting cannot help. `likely`: this is what is wrong, it may still heal. `transient`: normal for now, shown
 * as what is being waited for.
 */
export type Severity = "fatal" | "likely" | "transient";

/** A code of the diagnosis table, or of a refusal; docs/reference/diagnosis.md has an entry for each. */
export type CauseCode = keyof typeof causeEntries;

/** Why something does not work, in words for the developer of the service. */
export interface Cause {
  readonly code: CauseCode;
  readonly severity: Severity;
  /** One line: `the new release crashes when it starts`. */
  readonly summary: string;
  readonly cluster: string;
  /** The object that shows it best: `Pod/user-a-6d9f-x2`. */
  readonly object: string;
  readonly container?: string;
  /** Where the pod is. */
  readonly node?: string;
  /** Objects with the same cause, this one included. */
  readonly count: number;
  readonly exitCode?: number;
  /** How long it had run when it ended, in milliseconds; Kubernetes counts whole seconds, so 0 is less than one. */
  readonly ranFor?: number;
  readonly restarts?: number;
  /** What the cluster itself says, or figures: `killed at its memory limit of 256Mi after 2.1 s`. */
  readonly message?: string;
  /** The few lines of its last log that tell most, oldest first. */
  readonly lastLog?: readonly string[];
  /** What to do. */
  readonly advice: string;
}

/** A cause of one object, before equal ones are grouped. */
export type Finding = Omit<Cause, "cluster" | "count">;

const order: Readonly<Record<Severity, number>> = { fatal: 0, likely: 1, transient: 2 };

/** Negative when `a` is worse than `b`. */
export function bySeverity(a: { readonly severity: Severity }, b: { readonly severity: Severity }): number {
  return order[a.severity] - order[b.severity];
}
