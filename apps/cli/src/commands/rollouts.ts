import type { RolloutDetail, RolloutSummary } from "@fairway/api";
import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { followRollout } from "../rollout/follow-rollout.ts";
import { isUnderWay } from "../rollout/unfinished-rollout.ts";
import { outcomeScreen } from "../screens/outcome-screen.ts";
import { rolloutScreen } from "../screens/rollout-screen.ts";
import { releaseLines } from "../screens/step-line.ts";
import { table } from "../terminal/table.ts";
import { ago, cut, duration, printable, shortRelease } from "../terminal/text.ts";

/** Columns from which the list says what took longest. */
const wide = 110;
const mostObjectLines = 8;

export const rollouts: CliCommand = {
  define(command) {
    command
      .argument("[number or service]", "one rollout, or those of one service")
      .option("-f, --follow", "follow a rollout, or the newest of a service, until it ends")
      .option("-n, --limit <count>", "how many are listed", "20")
      .addHelpText(
        "after",
        examples(
          "fairway rollouts",
          "fairway rollouts user --limit 5",
          "fairway rollouts 18",
          "fairway rollouts 18 --follow",
          "fairway rollouts user --follow",
        ),
      );
  },
  async run(invocation) {
    const { follow, limit } = invocation.own<{ follow?: boolean; limit: string }>();
    const [which] = invocation.args;
    if (which !== undefined && /^\d+$/.test(which)) return one(invocation, Number(which), follow === true);
    if (follow === true) return one(invocation, await newest(invocation, which), true);
    const count = Number(limit);
    if (!Number.isInteger(count) || count < 1 || count > 500)
      throw new CommandFailure("usage", "--limit takes a number from 1 to 500.", { exitCode: exitCode.usage });
    return list(invocation, which, count);
  },
};

async function list(invocation: Invocation, service: string | undefined, limit: number): Promise<number> {
  const { shell, style, options } = invocation;
  const connected = await invocation.connect();
  const environment = await environmentOf(connected, options.env);
  const { items } = await connected.client.listRollouts({
    query: { environment: environment.name, limit, ...(service === undefined ? {} : { service }) },
  });
  // A name that nothing has is a mistake, not an empty list.
  if (items.length === 0 && service !== undefined)
    await connected.client.getService({ params: { service }, query: { environment: environment.name } });
  if (options.json === true) {
    printJson(shell, { items });
    return exitCode.done;
  }
  if (items.length === 0) {
    shell.out.write(`No rollouts ${service === undefined ? `in ${environment.name}` : `of ${service}`} yet.\n`);
    return exitCode.done;
  }
  const now = shell.now();
  printLines(
    shell,
    table<RolloutSummary>(
      items,
      [
        { title: "NUMBER", cell: ({ number }) => String(number) },
        { title: "SERVICE", cell: (one) => one.service, look: style.strong, least: 24 },
        { title: "STATUS", cell: statusText, look: (text, { status }) => statusLook(style, status)(text) },
        {
          title: "RELEASE",
          cell: ({ from, to }) =>
            `${from === undefined ? "–" : shortRelease(from)} → ${to === undefined ? "–" : shortRelease(to)}`,
        },
        { title: "WHEN", cell: ({ endedAt, createdAt }) => ago(endedAt ?? createdAt, now) },
        { title: "TOOK", cell: (one) => tookText(one, shell.out.width >= wide) },
        {
          title: "WHAT",
          cell: ({ reason, changes, kind }) => printable(reason ?? (changes.join(", ") || kind)),
          least: 8,
        },
      ],
      { width: shell.out.width, style },
    ),
  );
  return exitCode.done;
}

/** The newest rollout of a service; without one, the newest that is under way. */
async function newest(invocation: Invocation, service: string | undefined): Promise<number> {
  const connected = await invocation.connect();
  const environment = await environmentOf(connected, invocation.options.env);
  const query = { environment: environment.name, limit: 100 };
  const { items } = await connected.client.listRollouts({
    query: service === undefined ? query : { ...query, service },
  });
  const found = service === undefined ? items.find(isUnderWay) : items[0];
  if (found !== undefined) return found.number;
  if (service !== undefined)
    await connected.client.getService({ params: { service }, query: { environment: environment.name } });
  throw new CommandFailure(
    "nothing-to-follow",
    service === undefined
      ? `Nothing is being rolled out in ${environment.name}.`
      : `There is no rollout of ${service} yet.`,
    { advice: "see what was: fairway rollouts" },
  );
}

async function one(invocation: Invocation, number: number, follow: boolean): Promise<number> {
  const { shell, style, options } = invocation;
  const connected = await invocation.connect();
  const json = options.json === true;
  const detail = await connected.client.getRollout({ params: { number } });
  if (json && !follow) {
    printJson(shell, detail);
    return exitCode.done;
  }
  const { width } = shell.out;
  const environmentFlag = (await environmentOf(connected, detail.environment)).flag;
  if (!json)
    printLines(shell, [
      cut(
        `  ${style.strong(detail.service)}  rollout ${number}, ${detail.kind} by ${printable(detail.actor)}, ${ago(detail.createdAt, shell.now())}  ${style.accent(detail.environment)}`,
        width,
      ),
      ...(detail.to === undefined
        ? []
        : releaseLines(
            {
              name: shortRelease(detail.to),
              previous: detail.from === undefined ? undefined : shortRelease(detail.from),
              changes: detail.changes.map(printable),
            },
            width,
            style,
          )),
    ]);
  if (!json && detail.commit !== undefined) {
    const { hash, subject, dirty } = detail.commit;
    const took = detail.leadTime === undefined ? "" : `, running ${duration(detail.leadTime)} after it`;
    const what = `  commit   ${hash.slice(0, 7)}${dirty ? " and changes" : ""} ${printable(subject)}${took}`;
    printLines(shell, [cut(what, width)]);
  }
  if (!json)
    printLines(
      shell,
      objectLines(detail).map((line) => cut(line, width)),
    );
  if (follow) return followRollout(number, { shell, style, connected, json, environmentFlag });
  printLines(
    shell,
    rolloutScreen(detail, { width, now: shell.now(), style, environmentFlag }).flatMap(({ lines }) => lines),
  );
  const outcome = outcomeScreen(detail, { width, style, url: connected.url, environmentFlag });
  printLines(
    shell,
    outcome.length === 0
      ? ["", `It goes on. Follow it: ${style.accent(`fairway rollouts ${number} --follow`)}`]
      : ["", ...outcome],
  );
  return exitCode.done;
}

/** `9.2 s`, and where there is room for it what took longest: `9.2 s: app 6.3 s, cleanup 2.1 s`. */
function tookText({ createdAt, endedAt, durations = [] }: RolloutSummary, withPhases: boolean): string {
  if (endedAt === undefined) return "–";
  const whole = duration(Date.parse(endedAt) - Date.parse(createdAt));
  const longest = durations.toSorted((one, other) => other.took - one.took).slice(0, 2);
  if (!withPhases || longest.length === 0) return whole;
  return `${whole}: ${longest.map(({ phase, took }) => `${phase} ${duration(took)}`).join(", ")}`;
}

/** Fields of objects that a rollout changes; what is so in all of its clusters does not name them. */
function objectLines({ objectChanges, clusters }: RolloutDetail): readonly string[] {
  const told = objectChanges.slice(0, mostObjectLines).map(({ change, clusters: where }, index) => {
    const place = where.length < clusters.length ? ` (${where.join(", ")})` : "";
    return `  ${index === 0 ? "objects  " : "         "}${printable(change)}${place}`;
  });
  const more = objectChanges.length - told.length;
  return more > 0 ? [...told, `           and ${more} more: --json has them`] : told;
}

function statusText({ status, phase }: RolloutSummary): string {
  const mark = { queued: "·", running: "…", restoring: "↩", succeeded: "✓", failed: "✗", refused: "✗" }[status];
  return status === "running" && phase !== undefined ? `${mark} ${phase}` : `${mark} ${status}`;
}

function statusLook(style: Invocation["style"], status: RolloutSummary["status"]): (text: string) => string {
  if (status === "succeeded") return style.good;
  return status === "failed" || status === "refused" ? style.bad : style.accent;
}
