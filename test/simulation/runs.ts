/** Many runs with names of their own: one that fails says how to replay it alone. */

import path from "node:path";
import { after } from "node:test";

/** Only the run of this name. */
const only = process.env["FAIRWAY_SEED"];
const made = new Map<string, number>();
const file = path.relative(process.cwd(), process.argv[1] ?? "");

/** Told by `scripts/test.ts` beside the verdict. */
after(() => {
  const told = [...made].map(([where, count]) => `${count} runs over ${where} clusters`);
  console.log(`simulation: ${path.basename(file)}: ${told.join(", ") || "no runs"}`);
});

export interface NamedRun {
  /** Decides everything about the run. */
  readonly seed: string;
  readonly where: string;
  run(): Promise<unknown>;
}

/** Makes the runs one after the other and fails at the end, with the first few that failed and how many there were. */
export async function makeRuns(runs: Iterable<NamedRun>, mostFailures = 3): Promise<void> {
  const failures: string[] = [];
  let failed = 0;
  for (const { seed, where, run } of runs) {
    if (only !== undefined && only !== seed) continue;
    made.set(where, (made.get(where) ?? 0) + 1);
    try {
      await run();
    } catch (error) {
      failed += 1;
      if (failures.length >= mostFailures) continue;
      const told = error instanceof Error ? (only === undefined ? error.message : error.stack) : String(error);
      failures.push(`${told}\n  FAIRWAY_SEED='${seed}' npm run test:simulation -- ${file}`);
    }
  }
  if (failed > 0) throw new Error(`${failed} runs failed, the first ones so:\n\n${failures.join("\n\n")}`);
}

/** FNV-1a: the same number for the same name, everywhere. */
export function numberOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
