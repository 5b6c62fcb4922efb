import type { CauseEntry } from "./cause-entry.ts";
import { clusterEntries } from "./cluster-entries.ts";
import { podEntries } from "./pod-entries.ts";
import { prepareEntries } from "./prepare-entries.ts";
import { refusalEntries } from "./refusal-entries.ts";
import { strategyEntries } from "./strategy-entries.ts";

export type { CauseEntry } from "./cause-entry.ts";

/**
 * Every code that a cause or a finding of prepare may have, with what it means, where it comes from and what helps.
 * docs/reference/diagnosis.md and `fairway explain` say the same.
 */
export const causeEntries = {
  ...podEntries,
  ...clusterEntries,
  ...refusalEntries,
  ...prepareEntries,
  ...strategyEntries,
} as const;

/** Upper and lower case do not matter. Undefined: there is no such code. */
export function causeEntry(name: string): ({ readonly code: string } & CauseEntry) | undefined {
  const found = Object.entries(causeEntries).find(([code]) => code.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : { code: found[0], ...found[1] };
}
