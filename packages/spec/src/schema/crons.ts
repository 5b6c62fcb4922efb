import * as z from "zod/mini";
import { cronScheduleFlaw } from "../formats/cron-schedule.ts";
import { defaults } from "./defaults.ts";
import { duration, flag, formatted, oneOf, table, tables } from "./described.ts";
import { commandLine, dnsLabelName } from "./names.ts";

const example = '[[crons]]\nname = "nightly"\nschedule = "0 3 * * *"\ncommand = "node nightly.js"';

export const crons = tables(
  table(
    {
      name: dnsLabelName({ description: "How it is called", example: 'name = "nightly"' }),
      schedule: formatted(cronScheduleFlaw, {
        description:
          "When it runs, in UTC: minute, hour, day of the month, month, day of the week; or @hourly, @daily and the like",
        needs: 'five cron fields such as "0 3 * * *", or @daily',
        example: 'schedule = "0 3 * * *"',
      }),
      command: commandLine({
        description: "What runs: a list of words, or one line that is split into words; no shell",
        example: 'command = "node nightly.js"',
      }),
      concurrency: z.optional(
        oneOf(["allow", "forbid", "replace"], {
          description: "When the run before has not ended: run beside it, leave this one out, or end the old one",
          example: 'concurrency = "forbid"',
          default: `"${defaults.concurrency}"`,
        }),
      ),
      deadline: z.optional(
        duration("s", 1, 7 * 86_400, {
          description: "Time after which a run is ended; a number is seconds",
          example: 'deadline = "10m"',
          default: "none",
        }),
      ),
      everywhere: z.optional(
        flag({
          description: "Runs in every cluster instead of one",
          example: "everywhere = true",
          default: "false",
        }),
      ),
    },
    { description: "One command that runs by the clock", example },
  ),
  100,
  { description: "Commands that run by the clock", example },
);
