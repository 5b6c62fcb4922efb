import { readSettings, UsageError } from "./settings.ts";
import { supervise } from "./supervisor.ts";

try {
  await supervise(readSettings(process.argv.slice(2), process.env));
  // The channel to the process that started this one would keep it alive.
  process.exit(0);
} catch (error) {
  const isExpected = error instanceof UsageError;
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
