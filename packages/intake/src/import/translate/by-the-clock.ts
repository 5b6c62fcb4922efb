import type { Settings, SettingValue } from "../../app-toml/settings.ts";
import type { Workload } from "../group-objects.ts";
import { at, listAt, numberAt, textAt, wordsAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import { asServiceName } from "../service-name.ts";
import { mainContainer, type Subject } from "../subject.ts";
import type { PatchPart, Translated } from "../translated.ts";
import { seconds } from "./scale.ts";

const concurrencies: Readonly<Record<string, string>> = { Allow: "allow", Forbid: "forbid", Replace: "replace" };

/** [[crons]] and [migrations] from CronJobs, and from the jobs that ran before a release. */
export function byTheClock(subject: Subject): Translated {
  const { group } = subject;
  const remarks: Remark[] = [];
  const crons: Settings[] = [];
  const comments: (readonly [string, string])[] = [];
  const patches: PatchPart[] = [];
  const used = new Set<string>();
  for (const cron of group.crons) {
    const { object } = cron.source;
    const schedule = textAt(object, "spec", "schedule");
    if (schedule === undefined) continue;
    const about = `CronJob ${cron.name}`;
    if (at(object, "spec", "suspend") === true) {
      const advice = `[[crons]] name = "${cron.name}" when it shall`;
      remarks.push(remark("lost", about, "it was suspended: it is not taken, since here it would run", advice));
      continue;
    }
    const name = uniqueName(cronName(cron.name, subject.name), used);
    const { command, operations, reason } = cronCommand(cron);
    const zone = textAt(object, "spec", "timeZone");
    const isElsewhere = zone !== undefined && !/^(Etc\/)?(UTC|GMT)$/.test(zone);
    if (isElsewhere) {
      remarks.push(remark("patched", about, `its schedule is in the time of ${zone}; app.toml means UTC`));
      comments.push([`crons[${name}]`, `In the time of ${zone}, by a patch.`]);
    }
    if (reason !== undefined) {
      remarks.push(remark("patched", about, reason));
      comments.push([`crons[${name}]`, `${capital(reason)}: see the patch.`]);
    }
    const changes = [...operations, ...(isElsewhere ? [{ op: "replace", path: "/spec/timeZone", value: zone }] : [])];
    patches.push(...changes.map((operation) => ({ on: "object" as const, kind: "CronJob", name, operation })));
    const concurrency = concurrencies[textAt(object, "spec", "concurrencyPolicy") ?? "Allow"] ?? "allow";
    const deadline = numberAt(object, "spec", "jobTemplate", "spec", "activeDeadlineSeconds");
    crons.push({
      name,
      schedule,
      command,
      ...(concurrency === "forbid" ? {} : { concurrency }),
      ...(deadline === undefined ? {} : { deadline: seconds(deadline) }),
    });
    remarks.push(...differences(cron, subject));
  }
  const [migration, ...further] = group.migrations;
  let migrations: SettingValue | undefined;
  if (migration !== undefined) {
    const command = commandOf(migration, remarks);
    if (command !== undefined) {
      migrations = { command };
      comments.push(["migrations", `From the Job ${migration.name}, which ran before a release.`]);
    }
  }
  for (const one of further)
    remarks.push(
      remark(
        "lost",
        `Job ${one.name}`,
        "a service has one command before a release",
        "let the command in [migrations] do both",
      ),
    );
  return {
    settings: {
      ...(crons.length === 0 ? {} : { crons }),
      ...(migrations === undefined ? {} : { migrations }),
    },
    comments,
    remarks,
    patches,
  };
}

const container = "/spec/jobTemplate/spec/template/spec/containers/0";

/** A cron names its command; what leaves that to the image does so by operations on what is rendered. */
function cronCommand(cron: Workload): {
  readonly command: readonly string[];
  readonly operations: readonly Settings[];
  readonly reason?: string;
} {
  const { main } = mainContainer(cron.template);
  const [command, args] = [wordsAt(main, "command"), wordsAt(main, "args")];
  if (command !== undefined) return { command: [...command, ...(args ?? [])], operations: [] };
  if (args !== undefined) {
    const move = { op: "move", from: `${container}/command`, path: `${container}/args` };
    return { command: args, operations: [move], reason: "these are arguments for the image's own command" };
  }
  return {
    command: ["image"],
    operations: [{ op: "remove", path: `${container}/command` }],
    reason: "it runs the image's own command",
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `shop-nightly` of the service shop is `nightly`. */
function cronName(name: string, service: string): string {
  const short = name.startsWith(`${service}-`) ? name.slice(service.length + 1) : name;
  return asServiceName(short) ?? asServiceName(`cron-${name}`) ?? "cron";
}

function uniqueName(name: string, used: Set<string>): string {
  let unique = name;
  for (let count = 2; used.has(unique); count += 1) unique = `${name.slice(0, 36)}-${count}`;
  used.add(unique);
  return unique;
}

function commandOf(job: Workload, remarks: Remark[]): readonly string[] | undefined {
  const { main } = mainContainer(job.template);
  const [command, args] = [wordsAt(main, "command"), wordsAt(main, "args")];
  const about = `${job.kind} ${job.name}`;
  if (command !== undefined) return [...command, ...(args ?? [])];
  if (args !== undefined) {
    remarks.push(
      remark(
        "todo",
        about,
        "it had arguments for the image's own command, which is not known here",
        `put the image's ENTRYPOINT in front of ${JSON.stringify(args)}`,
      ),
    );
    return args;
  }
  remarks.push(
    remark(
      "lost",
      about,
      "it ran the image's own command, which is not known here: it is not taken",
      "write what the image's ENTRYPOINT and CMD say as command",
    ),
  );
  return undefined;
}

/** Crons run with the image, variables and size of their service. */
function differences(cron: Workload, { container, group }: Subject): readonly Remark[] {
  const { main } = mainContainer(cron.template);
  if (group.runner === undefined) return [];
  const names = (of: unknown) => new Set(listAt(of, "env").flatMap((one) => textAt(one, "name") ?? []));
  const own = [...names(main)].filter((name) => !names(container).has(name));
  return own.length === 0
    ? []
    : [
        remark(
          "todo",
          `CronJob ${cron.name}`,
          `it had variables that the service has not: ${own.join(", ")}`,
          "crons have the variables of their service: add them to [env]",
        ),
      ];
}
