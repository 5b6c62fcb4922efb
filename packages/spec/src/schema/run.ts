import * as z from "zod/mini";
import { defaults } from "./defaults.ts";
import { duration, table, wholeNumber } from "./described.ts";
import { commandLine, words } from "./names.ts";

export const run = table(
  {
    command: z.optional(
      commandLine({
        description: "What starts the service: a list of words, or one line that is split into words; no shell",
        example: 'command = ["node", "server.js"]',
        default: 'by engine, for node ["node", "."]',
      }),
    ),
    args: z.optional(
      words({
        description: "Arguments that follow the command",
        example: 'args = ["--verbose"]',
        default: "[]",
      }),
    ),
    port: z.optional(
      wholeNumber(1024, 65535, {
        description: "The port on Kubernetes; the service always listens on $PORT",
        example: "port = 8080",
        default: `${defaults.port}`,
      }),
    ),
    grace: z.optional(
      duration("s", 0, 3600, {
        description: "Time between the signal to stop (SIGTERM) and the end by force; a number is seconds",
        example: 'grace = "30s"',
        default: `${defaults.grace}`,
      }),
    ),
  },
  { description: "How the service is started and stopped", example: '[run]\ncommand = "node ."' },
);
