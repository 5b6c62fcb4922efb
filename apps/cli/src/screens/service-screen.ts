import { type Cause, type Commit, hasCrashed, type ServiceDetail, sameCauses } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { ago, cut, duration, padEnd, printable, shortRelease, wrap } from "../terminal/text.ts";
import { adviceLines, causeLines, causeTitle } from "./cause-lines.ts";
import { driftLines } from "./drift-screen.ts";
import { healthLook, healthText } from "./health.ts";

/** One service on one screen; what is wrong stands first. */
export function serviceScreen(
  service: ServiceDetail,
  options: { readonly width: number; readonly style: Style; readonly now: number; readonly environmentFlag: string },
): string[] {
  const { width, style, now } = options;
  const crashed = service.causes.some(hasCrashed);
  const description = cut(printable(service.description), Math.max(10, width - service.name.length - 26));
  const lines = [
    `  ${[style.strong(service.name), healthLook(style, service.health)(healthText(service.health)), description, style.accent(service.environment)].filter((part) => part !== "").join("  ")}`,
  ];
  const wrong = sameCauses(service.causes);
  for (const same of wrong.slice(0, 3)) lines.push("", ...causeBlock(same, { width, style }));
  if (wrong.length === 0 && service.trouble !== undefined)
    lines.push(
      "",
      ...wrap(printable(service.trouble), width - 4).map(
        (line, at) => `  ${at === 0 ? style.doubtful("!") : " "} ${line}`,
      ),
    );

  const changed = service.drift?.changes ?? [];
  if (changed.length > 0) {
    const more = `fairway drift ${service.name}${options.environmentFlag}`;
    lines.push("", ...driftLines(changed, options), `    ${style.faint("more")}  ${style.accent(more)}`);
  }

  const facts: readonly (readonly [string, string])[] = [
    ["kind", `${service.kind}, engine ${service.engine}`],
    ["owner", service.owner ?? "nobody yet"],
    ["address", service.url ?? "–"],
    ...(service.publicAddresses === undefined ? [] : [["public", publicText(service.publicAddresses)] as const]),
    ...(service.autoscaler === undefined ? [] : [["replicas", boundsText(service.autoscaler)] as const]),
    ...(service.crons ?? []).map((cron, at) => [at === 0 ? "crons" : "", cronText(cron, now)] as const),
    ...(service.leadTime === undefined
      ? []
      : [["lead time", `${duration(service.leadTime)} from commit to running, median of the last deploys`] as const]),
    ["calls", service.dependencies.map(dependencyText).join(", ") || "–"],
    ["called by", service.consumers.map(({ name }) => name).join(", ") || "–"],
  ];
  lines.push("");
  for (const [label, text] of facts)
    lines.push(`  ${style.faint(padEnd(label, 10))} ${cut(printable(text), width - 13)}`);

  lines.push("");
  lines.push(
    ...table(
      service.clusters,
      [
        { title: "CLUSTER", cell: ({ cluster }) => cluster, look: style.strong, least: 8 },
        {
          title: "HEALTH",
          cell: ({ health, reachable }) => (reachable ? healthText(health) : "? unreachable"),
          look: (text, { health }) => healthLook(style, health)(text),
        },
        { title: "RELEASE", cell: ({ release }) => (release === undefined ? "–" : shortRelease(release)) },
        { title: "READY", cell: ({ ready, desired }) => `${ready}/${desired}` },
        { title: "SLOT", cell: ({ slot }) => slot ?? "–" },
        {
          title: "TRAFFIC",
          cell: ({ trafficShare, drained }) => (drained ? "drained" : `${Math.round(trafficShare * 100)} %`),
        },
        { title: "ADDRESS INSIDE", cell: ({ address }) => address, least: 10 },
      ],
      { width: width - 2, style },
    ).map((line) => `  ${line}`),
  );
  if (service.rollouts.length > 0) {
    lines.push("");
    for (const rollout of service.rollouts.slice(0, 5))
      lines.push(
        `  ${style.faint(padEnd(`rollout ${rollout.number}`, 12))} ${cut(`${rollout.status}, ${ago(rollout.endedAt ?? rollout.createdAt, now)} by ${printable(rollout.actor)}${commitText(rollout.commit)}${rollout.reason === undefined ? "" : `: ${printable(rollout.reason)}`}`, width - 15)}`,
      );
  }
  return [
    ...lines,
    "",
    `  ${style.faint("more")}       ${style.accent(`fairway logs ${service.name} ${crashed ? "--previous" : "-f"}${options.environmentFlag}`)}`,
  ];
}

function publicText(addresses: NonNullable<ServiceDetail["publicAddresses"]>): string {
  return addresses
    .map(({ host, path, tls }) => {
      const scheme = tls === undefined ? "" : tls ? "https://" : "http://";
      return `${scheme}${host}${path === "/" ? "" : path}`;
    })
    .join(", ");
}

function boundsText({ min, max, cpu }: NonNullable<ServiceDetail["autoscaler"]>): string {
  return `${min}..${max} per cluster${cpu === undefined ? "" : `, at ${cpu} % of the cpu that they request`}`;
}

/** What somebody on call asks first: has it run, and well? */
function cronText(cron: NonNullable<ServiceDetail["crons"]>[number], now: number): string {
  const { name, schedule, cluster, lastRunAt, lastSuccessAt } = cron;
  const ran = lastRunAt === undefined ? "has not run yet" : `ran ${ago(lastRunAt, now)}`;
  const well =
    lastRunAt === undefined
      ? ""
      : lastSuccessAt === undefined
        ? ", never to a good end"
        : `, last good end ${ago(lastSuccessAt, now)}`;
  return `${name} (${schedule}) in ${cluster}: ${ran}${well}`;
}

/** `, 1a2b3c4 Greets in Dutch`; what was not committed is said. */
function commitText(commit: Commit | undefined): string {
  if (commit === undefined) return "";
  return `, ${commit.hash.slice(0, 7)}${commit.dirty ? " and changes" : ""} ${printable(commit.subject)}`;
}

type SameCauses = readonly [Cause, ...Cause[]];

/** What a service calls may be what is wrong with it. */
function dependencyText({ name, known, health }: ServiceDetail["dependencies"][number]): string {
  if (!known) return `${name} (not deployed)`;
  return health === undefined || health === "healthy" ? name : `${name} (${healthText(health)})`;
}

function causeBlock(same: SameCauses, look: { readonly width: number; readonly style: Style }): string[] {
  const [cause] = same;
  const { style } = look;
  // Below the title, and in one column with the facts of the service.
  const inner = { ...look, width: look.width - 2 };
  const mark = { fatal: style.bad("✗"), likely: style.doubtful("!"), transient: style.accent("…") }[cause.severity];
  const title = wrap(causeTitle(cause), look.width - 4).map((line, at) => `  ${at === 0 ? mark : " "} ${line}`);
  // What only has to be waited for needs no advice.
  const advice = cause.severity === "transient" ? [] : adviceLines(cause, inner);
  const facts = [...causeLines(same, inner), ...advice];
  return [...title, ...facts.map((line) => `  ${line}`)];
}
