import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { adoptionScreen } from "../screens/adoption-screen.ts";
import { confirmName } from "../terminal/confirm-name.ts";
import { table } from "../terminal/table.ts";
import { followAdoption } from "./adopt.ts";

export const adoptConfirm = decision(
  "confirm",
  "confirmed",
  "Deletes the old objects, each only if it is still the one that was decided on; ours is completed before.",
);

export const adoptUndo = decision(
  "undo",
  "undone",
  "Leads requests back to the old objects, which become what they were; then ours is removed.",
);

function decision(type: "confirm" | "undo", wanted: "confirmed" | "undone", about: string): CliCommand {
  return {
    define(command) {
      command
        .argument("<service>", "its name")
        .option("-y, --yes", "do not ask")
        .addHelpText(
          "after",
          `${examples(`fairway adopt ${type} shop`, `fairway adopt ${type} shop --yes`)}\n\n${about}`,
        );
    },
    async run(invocation) {
      const { shell, args, options, own } = invocation;
      const [service = ""] = args;
      const connected = await invocation.connect();
      const environment = await environmentOf(connected, options.env);
      const { client } = connected;
      const [newest] = (await client.listAdoptions({ query: { environment: environment.name, service, limit: 1 } }))
        .items;
      if (newest?.state === "moved") {
        const removed = newest.plan.clusters.flatMap(({ remove }) => remove.map(({ object }) => object));
        const notes = newest.plan.clusters.flatMap((cluster) => cluster.notes);
        if (type === "confirm" && options.json !== true)
          printLines(
            shell,
            [...new Set(notes)].map((note) => `  ! ${note}`),
          );
        await confirmName(shell, {
          what:
            type === "confirm"
              ? `Delete the old ${[...new Set(removed)].join(", ")} in ${environment.clusters.join(", ")}.`
              : `Lead requests of ${service} back to the old objects, and remove ours.`,
          name: service,
          yes: own<{ yes?: boolean }>().yes === true,
        });
      }
      const body = { environment: environment.name, command: { type } };
      const { number } = await client.commandAdoption({ params: { service }, body });
      return followAdoption(invocation, connected, environment, number, wanted);
    },
  };
}

export const adoptStatus: CliCommand = {
  define(command) {
    command
      .argument("[service]", "the newest adoption of this one; without, a list of all")
      .addHelpText(
        "after",
        examples("fairway adopt status", "fairway adopt status shop", "fairway adopt status shop --json"),
      );
  },
  async run({ shell, style, args, options, connect }) {
    const [service] = args;
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const query = { environment: environment.name, ...(service === undefined ? {} : { service, limit: 1 }) };
    const { items } = await connected.client.listAdoptions({ query });
    const [newest] = items;
    if (service !== undefined && newest === undefined)
      throw new CommandFailure("not-found", `${service} has never been adopted in ${environment.name}.`, {
        advice: `fairway adopt ${service} --from <namespace>/<Service> --dry-run`,
      });
    const { width } = shell.out;
    if (options.json === true) printJson(shell, service === undefined ? items : newest);
    else if (service !== undefined && newest !== undefined)
      printLines(shell, adoptionScreen(newest, style, width, environment.flag));
    else if (items.length === 0) shell.out.write(`Nothing was adopted in ${environment.name} yet.\n`);
    else
      printLines(
        shell,
        table(
          items,
          [
            { title: "SERVICE", cell: (one) => one.service, look: style.strong, least: 20 },
            { title: "FROM", cell: ({ plan: { from } }) => `${from.namespace}/${from.service}` },
            { title: "STATE", cell: (one) => one.state },
            { title: "WHY", cell: ({ reason = "" }) => reason, least: 8 },
          ],
          { width, style },
        ),
      );
    return exitCode.done;
  },
};
