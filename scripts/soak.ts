/**
 * Kills the real server at 200 points of rollouts in real clusters.
 *
 *   npm run soak
 *   npm run soak -- --kills 1000
 *   npm run soak -- --point rolling:before7,canary:entry3       one of them again, as a failed run prints it
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { parseRound } from "../test/kubernetes/killing/plan-rounds.ts";
import { readyForKubernetes } from "./ready-for-kubernetes.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "200" }, point: { type: "string" } } });
if (!/^[1-9]\d*$/.test(values.kills)) {
  console.error("--kills needs a number, such as 200");
  process.exit(2);
}
try {
  if (values.point !== undefined) parseRound(values.point);
} catch (error) {
  console.error(`--point: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}
if (!(await readyForKubernetes())) process.exit(1);
const { FAIRWAY_KILL_AT: _, ...env } = process.env;
const soak = spawn(
  process.execPath,
  [
    ...["--no-warnings", "--test", "--test-reporter=spec"],
    path.join(import.meta.dirname, "../test/kubernetes/kill-server.test.ts"),
  ],
  {
    stdio: "inherit",
    env: {
      ...env,
      FAIRWAY_KILLS: values.kills,
      ...(values.point === undefined ? {} : { FAIRWAY_KILL_AT: values.point }),
    },
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => soak.kill(signal));
soak.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
