import { bySeverity, type Cause, type Finding } from "./cause.ts";

/**
 * One cause for equal findings of several objects: the worst one speaks for all, `count` says how many there are.
 * Messages may differ (they contain names and times), so code, container and exit code decide what is equal.
 */
export function groupFindings(cluster: string, findings: readonly Finding[]): readonly Cause[] {
  const groups = Map.groupBy(findings, (one) => [one.code, one.container ?? "", one.exitCode ?? ""].join("/"));
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group.toSorted((a, b) => bySeverity(a, b) || (b.restarts ?? 0) - (a.restarts ?? 0));
      if (first === undefined) return [];
      const log = first.lastLog ?? group.find((one) => one.lastLog !== undefined)?.lastLog;
      return [{ ...first, cluster, count: group.length, ...(log === undefined ? {} : { lastLog: log }) }];
    })
    .toSorted((a, b) => bySeverity(a, b) || b.count - a.count);
}
