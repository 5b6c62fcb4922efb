// Runs the suite `kubernetes`: on real clusters. What the machine lacks is installed in CI and named elsewhere.
import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { buildBinaries } from "../test/kubernetes/harness/binaries.ts";
import { lacking, missingPackages } from "../test/kubernetes/harness/machine.ts";

const missing = missingPackages();
if (missing.length > 0 && process.env["CI"] !== undefined && process.getuid?.() === 0) {
  console.log(`Installing ${missing.join(", ")} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-qq"], { env, stdio: "inherit" });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { env, stdio: "ignore" });
}
const still = lacking();
if (still.length > 0) {
  console.error(`The Kubernetes tests need ${still.join("; ")}.`);
  console.log("\nkubernetes: 0 passed, 1 failed");
  process.exit(1);
}
await buildBinaries(console.log);
const suite = spawn(
  process.execPath,
  ["--no-warnings", path.join(import.meta.dirname, "test.ts"), "kubernetes", ...process.argv.slice(2)],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => suite.kill(signal));
suite.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
