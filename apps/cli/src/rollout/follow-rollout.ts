import type { RolloutDetail } from "@fairway/api";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import { besides } from "../screens/cause-lines.ts";
import { outcomeScreen } from "../screens/outcome-screen.ts";
import { rolloutScreen } from "../screens/rollout-screen.ts";
import { gateLines } from "../screens/takeover-lines.ts";
import { liveOutput } from "../terminal/live-output.ts";
import type { Shell } from "../terminal/shell.ts";
import type { Style } from "../terminal/style.ts";

/** How long a lost server is waited for: longer than it takes to start again. */
const patience = 120_000;
const frameTime = 100;

/**
 * Shows a rollout until it ends: settled steps stay, one line moves. Without a terminal only settled steps are printed; with
 * `json` each change is one line. Ctrl-C detaches: the rollout goes on.
 *
 * @returns the exit code: 0 it ended as wanted, 1 it did not, 130 detached
 */
export async function followRollout(
  number: number,
  context: {
    readonly shell: Shell;
    readonly style: Style;
    readonly connected: Connected;
    readonly json: boolean;
    /** ` --env prod` where commands need it. */
    readonly environmentFlag: string;
    /** The former release is what is wanted: a rollout that does not succeed has done it. */
    readonly goesBack?: boolean;
  },
): Promise<number> {
  const { shell, style, connected, json } = context;
  const live = liveOutput(shell.out);
  const detached = new AbortController();
  const followCommand = `fairway rollouts ${number} --follow`;
  const printed = new Set<string>();
  let detail: RolloutDetail | undefined;
  let lost: ReturnType<typeof setTimeout> | undefined;

  const draw = () => {
    if (json || detail === undefined) return;
    const options = {
      width: shell.out.width,
      now: shell.now(),
      style,
      frame: Math.floor(shell.now() / frameTime),
      environmentFlag: context.environmentFlag,
      remark: lost === undefined ? undefined : "the server does not answer, trying again",
    };
    const screen = rolloutScreen(detail, options);
    const gates = shell.out.isTerminal ? [] : gateLines(detail, options);
    const settled = [...screen, ...gates].filter(({ key, settled }) => settled && !printed.has(key));
    for (const { key } of settled) printed.add(key);
    const moving = screen.filter(({ settled }) => !settled);
    live.update(
      settled.flatMap(({ lines }) => lines),
      moving.flatMap(({ lines }) => lines),
    );
  };

  const stopTicking = shell.every(frameTime, draw);
  // Stays until the process ends: a second Ctrl-C does nothing worse.
  shell.onInterrupt(() => detached.abort(new Detached()));
  try {
    const events = connected.client.followRollout({
      params: { number },
      signal: detached.signal,
      reconnectFor: Number.POSITIVE_INFINITY,
      onConnection(state) {
        clearTimeout(lost);
        lost = state === "open" ? undefined : setTimeout(() => detached.abort(new ServerLost()), patience);
      },
    });
    for await (const event of events) {
      detail = event.data;
      if (json) shell.out.write(`${JSON.stringify({ type: "rollout", rollout: detail })}\n`);
      draw();
      if (hasEnded(detail)) break;
    }
  } catch (error) {
    live.update([], []);
    if (error instanceof Detached) {
      return detach(number, context);
    }
    if (error instanceof ServerLost)
      throw new CommandFailure(
        "server-unreachable",
        `The server does not answer any more; rollout ${number} goes on when it is back.`,
        {
          advice: `npm start (in the Fairway checkout), then: ${followCommand}`,
        },
      );
    throw error;
  } finally {
    clearTimeout(lost);
    stopTicking();
  }

  live.update([], []);
  if (detail === undefined || !hasEnded(detail))
    throw new CommandFailure("rollout-unknown-end", `The server ended the stream before rollout ${number} had ended.`, {
      advice: followCommand,
    });
  const succeeded = detail.status === "succeeded";
  if (json) {
    const { status, service, environment, to } = detail;
    shell.out.write(
      `${JSON.stringify({ type: "result", rollout: number, status, service, environment, release: to ?? null })}\n`,
    );
  } else {
    const serviceUrl = succeeded ? await addressOf(connected, detail) : undefined;
    const lines = outcomeScreen(detail, {
      width: shell.out.width,
      style,
      url: connected.url,
      serviceUrl,
      environmentFlag: context.environmentFlag,
    });
    shell.out.write(`\n${lines.join("\n")}\n`);
  }
  return succeeded !== (context.goesBack === true) ? exitCode.done : exitCode.failed;
}

/** Says that a rollout goes on without its watcher, and how to watch again. */
export function detach(
  number: number,
  {
    shell,
    style,
    connected,
    json,
  }: { readonly shell: Shell; readonly style: Style; readonly connected: Connected; readonly json: boolean },
): number {
  if (json) shell.out.write(`${JSON.stringify({ type: "detached", rollout: number })}\n`);
  else
    shell.err.write(
      `\n${[`Rollout ${number} goes on.`, ...besides("follow", `fairway rollouts ${number} --follow`, `${connected.url}/rollouts/${number}`, { width: shell.err.width, style })].join("\n")}\n`,
    );
  return exitCode.interrupted;
}

class Detached extends Error {}
class ServerLost extends Error {}

function hasEnded(detail: RolloutDetail): boolean {
  return detail.status === "succeeded" || detail.status === "failed" || detail.status === "refused";
}

/** Nice to have at the end; not knowing it is no failure. */
async function addressOf(connected: Connected, detail: RolloutDetail): Promise<string | undefined> {
  if (detail.kind === "removal") return undefined;
  try {
    // The server asks clusters for what it tells of a service, its address at the edge among it.
    const { edge } = await connected.client.platform({ timeout: 5_000 });
    if (edge === undefined) return undefined;
    const service = await connected.client.getService({
      params: { service: detail.service },
      query: { environment: detail.environment },
      timeout: 5_000,
    });
    return service.url;
  } catch {
    return undefined;
  }
}
