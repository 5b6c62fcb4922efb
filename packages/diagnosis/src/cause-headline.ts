import type { Cause } from "./cause.ts";

/**
 * The first cause, and every cluster that has it too, in one line: `the new release crashes when it starts (CrashLoop in alpha
 * and beta)`. Undefined when there is none.
 */
export function causeHeadline(causes: readonly Pick<Cause, "code" | "summary" | "cluster">[]): string | undefined {
  const [first] = causes;
  if (first === undefined) return undefined;
  const same = causes.filter(({ code, summary }) => code === first.code && summary === first.summary);
  const clusters = [...new Set(same.map(({ cluster }) => cluster))];
  const last = clusters.pop();
  const where = clusters.length === 0 ? last : `${clusters.join(", ")} and ${last}`;
  return `${first.summary} (${first.code} in ${where})`;
}
