import { type ClusterSummary, driftWords, type RolloutSummary, type ServiceSummary } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { type Column, table } from "../terminal/table.ts";
import { ago, counted, printable, shortRelease, wrap } from "../terminal/text.ts";
import { healthLook, healthText } from "./health.ts";

export interface Status {
  readonly environment: string;
  readonly clusters: readonly ClusterSummary[];
  readonly services: readonly ServiceSummary[];
  /** Those that have not ended. */
  readonly rollouts: readonly RolloutSummary[];
}

export interface StatusOptions {
  readonly width: number;
  readonly style: Style;
  readonly now: number;
  /** ` --env prod` where commands need it. */
  readonly environmentFlag: string;
}

/** An environment on one screen: its clusters, each service in each of them, what goes on and what is wrong. */
export function statusScreen(status: Status, { width, style, now, environmentFlag }: StatusOptions): string[] {
  const lines = [clusterLine(status, width, style), ""];
  if (status.services.length === 0)
    return [
      ...lines,
      `  Nothing runs here yet. The first service: ${style.accent("fairway deploy <folder with an app.toml>")}`,
    ];

  const clusters = [...new Set(status.services.flatMap((service) => service.clusters.map(({ cluster }) => cluster)))];
  const columns: Column<ServiceSummary>[] = [
    { title: "SERVICE", cell: ({ name }) => name, look: style.strong, least: 24 },
    {
      title: "HEALTH",
      cell: ({ health }) => healthText(health),
      look: (text, { health }) => healthLook(style, health)(text),
    },
    { title: "RELEASE", cell: ({ release }) => (release === undefined ? "–" : shortRelease(release)) },
    // With many clusters the sum says more than a table that nobody can read.
    ...(clusters.length <= 4
      ? clusters.map(
          (name): Column<ServiceSummary> => ({
            title: name.toUpperCase(),
            cell: (service) => inCluster(service, name),
            least: 4,
          }),
        )
      : [{ title: "READY", cell: (service: ServiceSummary) => readyOf(service) }]),
    { title: "LAST ROLLOUT", cell: (service) => lastRollout(service, now), least: 8 },
  ];
  lines.push(...table(status.services, columns, { width: width - 2, style }).map((line) => `  ${line}`));

  const troubled = status.services.filter(({ trouble }) => trouble !== undefined);
  if (troubled.length > 0) {
    lines.push("");
    const groups = sameTrouble(troubled);
    for (const [first, ...others] of groups.slice(0, troublesShown)) {
      const named = [first, ...others].slice(0, namesShown).map(({ name }) => name);
      const rest = others.length + 1 - named.length;
      const names = `${named.join(", ")}${rest === 0 ? "" : ` and ${rest} more`}`;
      const [line = "", ...more] = wrap(`${names}  ${printable(first.trouble ?? "")}`, width - 4);
      const mark = healthLook(style, first.health)(first.health === "down" ? "✗" : "!");
      lines.push(`  ${mark} ${line.startsWith(names) ? style.strong(names) + line.slice(names.length) : line}`);
      lines.push(...more.map((one) => `    ${one}`));
    }
    if (groups.length > troublesShown) lines.push(`    and ${groups.length - troublesShown} more troubles`);
    const [[first] = []] = groups;
    if (first !== undefined)
      lines.push(`    ${style.faint("more")}  ${style.accent(`fairway status ${first.name}${environmentFlag}`)}`);
  }
  const changed = status.services.filter(({ drift }) => (drift?.changes.length ?? 0) > 0);
  if (changed.length > 0) {
    lines.push("");
    for (const { name, drift } of changed.slice(0, troublesShown)) {
      const [first] = drift?.changes ?? [];
      const rest = (drift?.changes.length ?? 1) - 1;
      const more = rest === 0 ? "" : `, and ${counted(rest, "more change", "more changes")}`;
      const when = first?.at === undefined ? "" : `, ${ago(first.at, now)}`;
      const words = first === undefined ? "" : printable(driftWords(first));
      const [line = "", ...others] = wrap(`${name}  changed by hand: ${words}${when}${more}`, width - 4);
      lines.push(
        `  ${style.doubtful("!")} ${style.strong(name)}${line.slice(name.length)}`,
        ...others.map((one) => `    ${one}`),
      );
    }
    const [one] = changed;
    if (one !== undefined)
      lines.push(`    ${style.faint("more")}  ${style.accent(`fairway drift ${one.name}${environmentFlag}`)}`);
  }
  if (status.rollouts.length > 0) {
    lines.push("");
    for (const rollout of status.rollouts)
      lines.push(
        `  ${style.accent("…")} ${style.strong(rollout.service)}  rollout ${rollout.number} ${rollout.status}${rollout.phase === undefined ? "" : ` (${rollout.phase})`}, ${ago(rollout.createdAt, now)}: ${style.accent(`fairway rollouts ${rollout.number} --follow`)}`,
      );
  }
  return lines;
}

const troublesShown = 8;
const namesShown = 5;

/** One trouble of many services is told once; what is down stands first. */
function sameTrouble(troubled: readonly ServiceSummary[]): readonly (readonly [ServiceSummary, ...ServiceSummary[]])[] {
  const groups: [ServiceSummary, ...ServiceSummary[]][] = [];
  for (const service of troubled) {
    const same = groups.find(([one]) => one.trouble === service.trouble && one.health === service.health);
    if (same === undefined) groups.push([service]);
    else same.push(service);
  }
  const isDown = ([one]: readonly [ServiceSummary, ...unknown[]]) => (one.health === "down" ? 0 : 1);
  return groups.toSorted((a, b) => isDown(a) - isDown(b));
}

function clusterLine({ environment, clusters }: Status, width: number, style: Style): string {
  const words = clusters.map((cluster) => {
    if (cluster.stopped) return style.doubtful(`${cluster.name} ✗ stopped`);
    return cluster.reachable ? `${cluster.name} ${style.good("✓")}` : style.bad(`${cluster.name} ✗ cannot be reached`);
  });
  const broken = clusters.filter(({ reachable }) => !reachable).length;
  const all = words.join("  ");
  const short = `${clusters.length} clusters${broken === 0 ? ` ${style.good("✓")}` : style.bad(`, ${broken} cannot be reached`)}`;
  const room = width - environment.length - 4;
  return `  ${style.accent(environment)}  ${[...clusters.map(({ name }) => name).join("    ")].length > room ? short : all}`;
}

/** `2/2`, or what is different from all being well. */
function inCluster(service: ServiceSummary, name: string): string {
  const here = service.clusters.find(({ cluster }) => cluster === name);
  if (here === undefined) return "–";
  if (!here.reachable) return "? unreachable";
  if (here.release === undefined) return "–";
  const other = here.release !== service.release ? ` ${shortRelease(here.release)}` : "";
  return `${here.ready}/${here.desired}${other}${here.drained ? " drained" : ""}`;
}

function readyOf({ clusters }: ServiceSummary): string {
  const ready = clusters.reduce((sum, one) => sum + one.ready, 0);
  const desired = clusters.reduce((sum, one) => sum + one.desired, 0);
  return `${ready}/${desired}`;
}

function lastRollout({ lastRollout: last }: ServiceSummary, now: number): string {
  return last === undefined ? "–" : `${last.number} ${last.status} ${ago(last.endedAt ?? last.createdAt, now)}`;
}
