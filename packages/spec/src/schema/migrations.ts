import { table } from "./described.ts";
import { commandLine } from "./names.ts";

export const migrations = table(
  {
    command: commandLine({
      description: "What brings the database to this release, before the new pods start: words or a line, no shell",
      example: 'command = "node migrate.js"',
    }),
  },
  { description: "How the database follows the code", example: '[migrations]\ncommand = "node migrate.js"' },
);
