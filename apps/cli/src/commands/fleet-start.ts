import type { FleetPlace } from "@fairway/api";
import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import { type Environment, environmentOf } from "../connection/environment.ts";
import { preview } from "../profile-file/preview.ts";
import { previewScreen } from "../screens/preview-screen.ts";
import { table } from "../terminal/table.ts";
import { followFleet } from "./fleet.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly service?: readonly string[];
  readonly parallel: string;
  readonly stopAfter: string;
  readonly dryRun?: boolean;
  readonly follow?: boolean;
}

export const fleetStart: CliCommand = {
  define(command) {
    command
      .option("-s, --service <name...>", "these only; all by default")
      .option("--parallel <count>", "rollouts at a time at most", "10")
      .option("--stop-after <count>", "failed services after which it halts", "1")
      .option("--dry-run", "the order, and what would change; changes nothing")
      .option("-f, --follow", "until it ends or halts")
      .addHelpText(
        "after",
        `${examples("fairway fleet start --dry-run", "fairway fleet start --env staging", "fairway fleet start --follow", "fairway fleet start --service user shop", "fairway fleet start --parallel 4 --stop-after 2")}

Makes each service anew of what its team deployed last, with the profile that holds and by this version of the platform, and
rolls it out by its own strategy. The least critical go first: jobs, then those that fewest others depend on, then those that
promise least ([slo] availability). It begins with one; each that succeeds makes room for one more. Services that would not
change are passed by, those that somebody is deploying are waited for, those that cannot be rendered or that prepare
refuses are skipped and shown. It goes on by itself, also when the server is started again.`,
      );
  },
  async run(invocation) {
    const { shell, style, options } = invocation;
    const own = invocation.own<Options>();
    const asked = {
      parallel: countOf("--parallel", own.parallel, 100),
      stopAfter: countOf("--stop-after", own.stopAfter, 10_000),
    };
    const connected = await invocation.connect();
    const environment = await environmentOf(connected, options.env);
    if (own.dryRun === true) return dryRun(invocation, connected, environment, own.service);
    const services = own.service === undefined ? {} : { services: [...own.service] };
    const body = { environment: environment.name, ...asked, ...services };
    const fleet = await connected.client.startFleet({ body });
    if (own.follow === true) return followFleet(invocation, connected, environment, fleet.number);
    if (options.json === true) printJson(shell, fleet);
    else
      shell.out.write(
        `${style.good("✓")} fleet rollout ${fleet.number} of ${fleet.services.length} services has begun. Follow it: ${style.accent(`fairway fleet --follow${environment.flag}`)}\n`,
      );
    return exitCode.done;
  },
};

async function dryRun(
  invocation: Invocation,
  connected: Connected,
  { name }: Environment,
  only: readonly string[] | undefined,
): Promise<number> {
  const { shell, style, options } = invocation;
  const { width } = shell.out;
  const { items } = await connected.client.fleetOrder({ query: { environment: name } });
  const unknown = (only ?? []).filter((wanted) => !items.some(({ service }) => service === wanted));
  if (unknown.length > 0)
    throw new CommandFailure("not-found", `${unknown.join(", ")}: nothing of that name runs in ${name}.`, {
      advice: "see: fairway services",
    });
  const order = only === undefined ? items : items.filter(({ service }) => only.includes(service));
  const names = only === undefined ? undefined : new Set(order.map(({ service }) => service));
  if (options.json === true) {
    // Its events are lines of their own; the order stands before them.
    shell.out.write(`${JSON.stringify({ type: "order", services: order })}\n`);
    await preview(invocation, connected, { environment: name }, names);
    return exitCode.done;
  }
  printLines(
    shell,
    table<FleetPlace>(
      order,
      [
        { title: "SERVICE", cell: ({ service }) => service, look: style.strong, least: 24 },
        { title: "KIND", cell: ({ kind }) => kind },
        { title: "DEPENDENTS", cell: ({ dependents }) => String(dependents) },
        { title: "PROMISES", cell: ({ availability }) => (availability === undefined ? "–" : `${availability} %`) },
      ],
      { width, style },
    ),
  );
  const found = await preview(invocation, connected, { environment: name }, names);
  printLines(shell, ["", ...previewScreen(found, style, width, false)]);
  return exitCode.done;
}

function countOf(option: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new CommandFailure("usage", `${option} takes a number from 1 to ${most}.`, { exitCode: exitCode.usage });
}
