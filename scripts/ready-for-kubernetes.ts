// What real clusters need of this machine: packages are installed in CI and named elsewhere, programs are built once.
import { execFileSync } from "node:child_process";
import { buildBinaries } from "../test/kubernetes/harness/binaries.ts";
import { lacking, missingPackages } from "../test/kubernetes/harness/machine.ts";

/** False, after it has said why, where real clusters cannot be started. */
export async function readyForKubernetes(): Promise<boolean> {
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
    return false;
  }
  await buildBinaries(console.log);
  return true;
}
