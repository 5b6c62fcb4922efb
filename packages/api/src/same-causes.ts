import type { Cause } from "./schemas.ts";

const severities: readonly Cause["severity"][] = ["fatal", "likely", "transient"];

/**
 * What is wrong, each thing once: causes that differ only in their cluster, pods and figures together, the worst first.
 * So CLI and dashboard tell one story.
 */
export function sameCauses(causes: readonly Cause[]): readonly (readonly [Cause, ...Cause[]])[] {
  const groups: [Cause, ...Cause[]][] = [];
  for (const cause of causes) {
    const same = groups.find(
      ([one]) =>
        one.code === cause.code &&
        one.summary === cause.summary &&
        one.container === cause.container &&
        one.severity === cause.severity,
    );
    if (same === undefined) groups.push([cause]);
    else same.push(cause);
  }
  return groups.toSorted(([a], [b]) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** Whether the log before the last restart is the one that says why. */
export function hasCrashed(cause: Cause): boolean {
  return (cause.restarts ?? 0) > 0 || cause.exitCode !== undefined;
}
