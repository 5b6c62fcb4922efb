// Runs the suite `kubernetes`: on real clusters. What the machine lacks is installed in CI and named elsewhere.
import { spawn } from "node:child_process";
import path from "node:path";
import { readyForKubernetes } from "./ready-for-kubernetes.ts";

if (!(await readyForKubernetes())) {
  console.log("\nkubernetes: 0 passed, 1 failed");
  process.exit(1);
}
const suite = spawn(
  process.execPath,
  ["--no-warnings", path.join(import.meta.dirname, "test.ts"), "kubernetes", ...process.argv.slice(2)],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => suite.kill(signal));
suite.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
