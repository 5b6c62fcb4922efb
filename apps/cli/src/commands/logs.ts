import type { LogLine } from "@fairway/api";
import { type CliCommand, examples } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import { environmentOf } from "../connection/environment.ts";
import { findRelease } from "../rollout/find-release.ts";
import type { Style } from "../terminal/style.ts";
import { printable, shortRelease } from "../terminal/text.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly release?: string;
  readonly pod?: string;
  readonly cluster?: string;
  readonly tail: string;
}

export const logs: CliCommand = {
  define(command) {
    command
      .argument("<service>", "its name")
      .option("-f, --follow", "go on with new lines")
      .option("--previous", "of the run before the last restart: why it crashed")
      .option("--release <name>", "only pods of this release (a beginning of its name)")
      .option("--pod <name>", "only this pod")
      .option("--cluster <name>", "only this cluster")
      .option("--tail <lines>", "how many earlier lines of each pod", "200")
      .addHelpText(
        "after",
        examples(
          "fairway logs user -f",
          "fairway logs user --release 7c41e0 --previous",
          "fairway logs user --cluster beta --tail 20",
        ),
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [service = ""] = args;
    const { follow = false, previous = false, release, pod, cluster, tail } = own<Options>();
    if (!/^\d{1,6}$/.test(tail) || Number(tail) > 100_000)
      throw new CommandFailure("usage", "--tail takes a number from 0 to 100000.", { exitCode: exitCode.usage });
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const wanted = release === undefined ? undefined : await findRelease(connected, service, environment.name, release);
    const interrupt = new AbortController();
    const stopListening = shell.onInterrupt(() => interrupt.abort());
    let lines = 0;
    try {
      const stream = connected.client.serviceLogs({
        params: { service },
        query: {
          environment: environment.name,
          follow: String(follow),
          previous: String(previous),
          tail: Number(tail),
          ...(wanted === undefined ? {} : { release: wanted }),
          ...(pod === undefined ? {} : { pod }),
          ...(cluster === undefined ? {} : { cluster }),
        },
        signal: interrupt.signal,
        onConnection(state) {
          if (state === "lost" && follow)
            shell.err.write(`${style.doubtful("… the server does not answer, trying again")}\n`);
        },
      });
      for await (const { data } of stream) {
        lines += 1;
        shell.out.write(options.json === true ? `${JSON.stringify(data)}\n` : `${logText(data, style)}\n`);
      }
    } catch (error) {
      if (interrupt.signal.aborted) return exitCode.interrupted;
      throw error;
    } finally {
      stopListening();
    }
    if (lines > 0) return exitCode.done;
    const kept = wanted === undefined ? undefined : await keptLines(connected, service, environment.name, wanted);
    if (kept !== undefined) {
      for (const line of kept.lines)
        shell.out.write(options.json === true ? `${JSON.stringify(line)}\n` : `${logText(line, style)}\n`);
      if (options.json !== true)
        shell.err.write(
          `The pods of release ${shortRelease(kept.release)} are gone; these last lines are from rollout ${kept.rollout}.\n`,
        );
    } else if (options.json !== true)
      shell.err.write(`No lines${previous ? ": nothing was restarted, or its log is gone" : " yet"}.\n`);
    return exitCode.done;
  },
};

/** A release that failed is taken away with its pods; what the causes of its rollout quote is left of its logs. */
async function keptLines(
  { client }: Connected,
  service: string,
  environment: string,
  release: string,
): Promise<{ readonly rollout: number; readonly release: string; readonly lines: readonly LogLine[] } | undefined> {
  const { items } = await client.listRollouts({ query: { service, environment, limit: 100 } });
  const rollout = items.find(({ to, status }) => to === release && status === "failed");
  if (rollout === undefined) return undefined;
  const { causes } = await client.getRollout({ params: { number: rollout.number } });
  const lines = causes.flatMap(({ cluster, object, container = "", lastLog = [] }) =>
    lastLog.map((text) => ({ cluster, pod: object.replace(/^Pod\//, ""), container, release, text })),
  );
  return lines.length === 0 ? undefined : { rollout: rollout.number, release, lines };
}

/** `alpha user-a-6d9f-x2 │ text`. */
function logText({ cluster, pod, text }: LogLine, style: Style): string {
  return `${style.faint(`${cluster} ${pod} │`)} ${printable(text)}`;
}
