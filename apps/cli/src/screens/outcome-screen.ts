import { type Cause, hasCrashed, type RolloutDetail, sameCauses } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { printable, shortRelease } from "../terminal/text.ts";
import { adviceLines, besides, causeLines, causePlace, causeTitle, labelled } from "./cause-lines.ts";

export interface OutcomeOptions {
  readonly width: number;
  readonly style: Style;
  /** Of the dashboard. */
  readonly url: string;
  /** Where the service answers, when that is known. */
  readonly serviceUrl?: string | undefined;
  /** ` --env prod` where commands need it. */
  readonly environmentFlag?: string;
}

/** What is said at the end of a rollout: one line when all is well; what happened, where and what to do when not. */
export function outcomeScreen(detail: RolloutDetail, options: OutcomeOptions): string[] {
  if (detail.status === "succeeded") return succeeded(detail, options);
  if (detail.status === "refused") return refused(detail, options);
  if (detail.status === "failed") return failed(detail, options);
  return [];
}

function succeeded(detail: RolloutDetail, options: OutcomeOptions): string[] {
  const { style, serviceUrl } = options;
  const what =
    detail.kind === "removal"
      ? `${detail.service} is removed from ${detail.environment}`
      : `${detail.service} runs release ${shortRelease(detail.to ?? "")} in ${detail.environment}`;
  const lines = [`${style.good(`Rollout ${detail.number} succeeded`)}: ${what}.`];
  lines.push(...waiting(detail, "follows", options));
  if (serviceUrl !== undefined && detail.kind !== "removal")
    lines.push(...labelled("open", style.accent(serviceUrl), options));
  return [...lines, ...warnings(detail, options)];
}

function refused(detail: RolloutDetail, options: OutcomeOptions): string[] {
  const { style } = options;
  const lines = [`${style.bad(`Rollout ${detail.number} refused`)}: nothing was changed.`];
  if (detail.findings.length === 0 && detail.reason !== undefined)
    lines.push(...labelled("why", printable(detail.reason), options));
  const refusals = detail.findings.filter(({ severity }) => severity === undefined);
  lines.push(...refusals.flatMap((finding) => findingLines(finding, finding.cluster, options)));
  return [...lines, ...warnings(detail, options), ...more(detail, undefined, options)];
}

function warnings({ findings }: RolloutDetail, look: OutcomeOptions): string[] {
  const all = findings.filter(({ severity }) => severity === "warning");
  return all.flatMap((finding) => findingLines(finding, `warning ${finding.cluster}`, look));
}

function findingLines(finding: RolloutDetail["findings"][number], label: string, look: OutcomeOptions): string[] {
  return [
    ...labelled(label, `${printable(finding.message)} (${finding.code})`, look),
    ...(finding.advice === undefined ? [] : labelled("  do", printable(finding.advice), look)),
  ];
}

function failed(detail: RolloutDetail, options: OutcomeOptions): string[] {
  const { style } = options;
  const [same, ...others] = sameCauses(detail.causes);
  const cause = same?.[0];
  const why = cause === undefined ? printable(detail.reason ?? "no cause was found") : causeTitle(cause);
  const lines = [`${style.bad(`Rollout ${detail.number} failed`)}: ${why}.`];
  if (same !== undefined) lines.push(...causeLines(same, options));
  if (detail.from !== undefined && detail.to !== undefined && detail.changes.length > 0)
    lines.push(
      ...labelled(
        "why now",
        `release ${shortRelease(detail.to)} differs from ${shortRelease(detail.from)} in: ${detail.changes.map(printable).join(", ")}`,
        options,
      ),
    );
  if (cause !== undefined) lines.push(...adviceLines(cause, options));
  for (const [other] of others.slice(0, 3))
    lines.push(...labelled("also", `${causeTitle(other)}: ${causePlace(other)}`, options));
  lines.push(...waiting(detail, detail.from === undefined ? "is cleaned up" : "goes back to the old release", options));
  lines.push(...warnings(detail, options));
  return [...lines, ...more(detail, cause, options)];
}

/** Clusters that are not on the decision yet. */
function waiting(detail: RolloutDetail, what: string, look: OutcomeOptions): string[] {
  const of = (reachable: boolean) =>
    detail.clusters.filter((one) => !one.converged && one.reachable === reachable).map(({ name }) => name);
  const until = "takes no traffic until then";
  const away = of(false);
  const here = of(true);
  return [
    ...(away.length === 0
      ? []
      : labelled("waits", `${away.join(", ")}: ${what} when it can be reached; ${until}`, look)),
    ...(here.length === 0
      ? []
      : labelled("waits", `${here.join(", ")}: ${what} as soon as that works; ${until}`, look)),
  ];
}

function more(detail: RolloutDetail, cause: Cause | undefined, options: OutcomeOptions): string[] {
  const page = `${options.url}/rollouts/${detail.number}`;
  if (cause === undefined || detail.to === undefined || cause.container === undefined)
    return labelled("more", options.style.accent(page), options);
  const previous = hasCrashed(cause) ? " --previous" : "";
  const command = `fairway logs ${detail.service} --release ${shortRelease(detail.to)}${previous}${options.environmentFlag ?? ""}`;
  return besides("more", command, page, options);
}
