import { randomUUID } from "node:crypto";
import { type CliCommand, examples, type Invocation } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { makeRelease, readServiceFolder, type ServiceFolder } from "../deploy/make-release.ts";
import { stepPrinter } from "../deploy/step-printer.ts";
import { detach, followRollout } from "../rollout/follow-rollout.ts";
import { whenBusyOf, whenBusyOptions } from "../rollout/when-busy.ts";
import { headLine } from "../screens/step-line.ts";

export const deploy: CliCommand = {
  define(command) {
    whenBusyOptions(command)
      .argument("[dir]", "folder with the app.toml", ".")
      .option("--no-wait", "end when the rollout has started")
      .addHelpText(
        "after",
        `${examples("fairway deploy", "fairway deploy services/user --env staging", "fairway deploy --supersede", "fairway deploy --json | jq -r .type")}

Builds the folder in a clean copy, uploads what changed, and rolls the release out to every cluster of the
environment: everywhere, or the old release stays everywhere. Ctrl-C detaches, the rollout goes on.
For registered clusters the server makes an image and pushes it to the environment's registry (fairway help registry
add). With [build] image in app.toml nothing is built: that image runs, as its tag stands when the release is made.`,
      );
  },
  async run(invocation) {
    const [where = "."] = invocation.args;
    return deployService(invocation, await readServiceFolder(invocation, where));
  },
};

async function deployService(invocation: Invocation, folder: ServiceFolder): Promise<number> {
  const { connected, environment, spec } = folder;
  const { shell, style, options } = invocation;
  const json = options.json === true;
  const event = (value: Readonly<Record<string, unknown>>) => {
    if (json) shell.out.write(`${JSON.stringify(value)}\n`);
  };
  const steps = stepPrinter(invocation);
  steps.print([
    headLine(
      {
        service: spec.name,
        replicas: typeof spec.replicas === "number" ? spec.replicas : spec.replicas.min,
        clusters: environment.clusters,
        environment: environment.name,
      },
      shell.out.width,
      style,
    ),
  ]);

  const interrupt = new AbortController();
  const stopListening = shell.onInterrupt(() => interrupt.abort(stopped()));
  try {
    const release = await makeRelease(invocation, folder, steps, event, interrupt.signal);
    interrupt.signal.throwIfAborted();
    // From here on the server drives it; stopping halfway would only hide that.
    const rollout = await connected.client.createRollout({
      body: {
        service: spec.name,
        environment: environment.name,
        release,
        idempotencyKey: randomUUID(),
        whenBusy: whenBusyOf(invocation.own()),
      },
    });
    if (interrupt.signal.aborted) return detach(rollout.number, { shell, style, connected, json });
    if (invocation.own<{ wait: boolean }>().wait === false) {
      event({ type: "started", rollout: rollout.number });
      if (!json)
        shell.out.write(
          `\nRollout ${rollout.number} has started. Follow it: ${style.accent(`fairway rollouts ${rollout.number} --follow`)}\n`,
        );
      return exitCode.done;
    }
    return await followRollout(rollout.number, { shell, style, connected, json, environmentFlag: environment.flag });
  } finally {
    steps.clear();
    stopListening();
  }
}

function stopped(): CommandFailure {
  return new CommandFailure("interrupted", "Stopped; nothing was rolled out.", { exitCode: exitCode.interrupted });
}
