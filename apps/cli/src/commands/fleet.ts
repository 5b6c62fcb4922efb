import type { FleetDetail } from "@fairway/api";
import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import { type Environment, environmentOf } from "../connection/environment.ts";
import { fleetCounts, fleetScreen } from "../screens/fleet-screen.ts";

export const fleet: CliCommand = {
  define(command) {
    command.option("-f, --follow", "until it ends or halts").addHelpText(
      "after",
      `${examples("fairway fleet", "fairway fleet --follow", "fairway fleet --json", "fairway help fleet start")}

The newest fleet rollout of an environment: how far it is, each service with its state and its rollout.
With --follow --json each change is one line. Exit code 1: with --follow it halted, was stopped, or services failed.`,
    );
  },
  async run(invocation) {
    const { shell, style, options } = invocation;
    const connected = await invocation.connect();
    const environment = await environmentOf(connected, options.env);
    const found = await newestFleet(connected, environment);
    if (invocation.own<{ follow?: boolean }>().follow === true)
      return followFleet(invocation, connected, environment, found.number);
    if (options.json === true) printJson(shell, found);
    else printLines(shell, fleetScreen(found, style, shell.out.width, environment.flag));
    return exitCode.done;
  },
};

/** The newest one of an environment. Throws `CommandFailure` when there was none yet. */
export async function newestFleet(
  { client }: Connected,
  { name, flag }: Pick<Environment, "name" | "flag">,
): Promise<FleetDetail> {
  const [newest] = (await client.listFleets({ query: { environment: name, limit: 1 } })).items;
  if (newest === undefined)
    throw new CommandFailure("fleet-unknown", `There was no fleet rollout in ${name} yet.`, {
      advice: `fairway fleet start --dry-run${flag}`,
    });
  return client.getFleet({ params: { number: newest.number } });
}

/** Says by which fleet rollout it is done, and follows that, or says how. @param what for example `its services come there` */
export async function tellFleet(
  invocation: Invocation,
  connected: Connected,
  {
    what,
    number,
    flag,
    follow,
  }: { readonly what: string; readonly number: number; readonly flag: string; readonly follow: boolean },
): Promise<number> {
  const { shell, style } = invocation;
  const how = follow ? "" : `. Follow it: ${style.accent(`fairway fleet --follow${flag}`)}`;
  printLines(shell, [`  ${what} by fleet rollout ${number}${how}`]);
  return follow ? followFleet(invocation, connected, { flag }, number) : exitCode.done;
}

/** Prints a line for each change until it ends or halts. Ctrl-C detaches: it goes on. */
export async function followFleet(
  { shell, style, options }: Invocation,
  { client }: Connected,
  { flag }: Pick<Environment, "flag">,
  number: number,
): Promise<number> {
  const detached = new AbortController();
  shell.onInterrupt(() => detached.abort(new Error("detached")));
  const told = new Set<string>();
  let last: FleetDetail | undefined;
  try {
    const reconnectFor = Number.POSITIVE_INFINITY;
    for await (const { data } of client.followFleet({ params: { number }, signal: detached.signal, reconnectFor })) {
      last = data;
      if (options.json === true) {
        shell.out.write(`${JSON.stringify(data)}\n`);
        continue;
      }
      for (const { service, state, rollout } of data.services) {
        const line = `${service} ${state}${rollout === undefined ? "" : ` (rollout ${rollout})`}`;
        if (state === "waiting" || told.has(line)) continue;
        told.add(line);
        printLines(shell, [`  ${line}`]);
      }
    }
  } catch (error) {
    if (!detached.signal.aborted) throw error;
    shell.err.write(`It goes on. Follow it again: fairway fleet --follow${flag}\n`);
    return exitCode.interrupted;
  }
  if (last === undefined) return exitCode.failed;
  if (options.json !== true) {
    const screen = fleetScreen(last, style, shell.out.width, flag);
    printLines(shell, last.status === "done" ? ["", fleetCounts(last)] : ["", ...screen]);
  }
  const failed = last.services.some(({ state }) => state === "failed");
  return last.status === "done" && !failed ? exitCode.done : exitCode.failed;
}
