import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessTable } from "./process-table.ts";

/** Which processes were started, on disk, so that the next start can end what a killed cluster left. */
export interface ProcessRecords {
  /** Call it in the same turn in which the process was started. */
  add(pid: number): void;
  remove(pid: number): void;
  /**
   * Kills the groups of all recorded processes that still run, and forgets them. A record whose process id has been given to another process
   * is only forgotten. Returns how many groups were killed. Resolves when they are gone.
   */
  endLeftovers(): Promise<number>;
}

/** One file per process in `directory`, named by its id, holding its start time. */
export function createProcessRecords(directory: string, table: ProcessTable): ProcessRecords {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const pathOf = (pid: number): string => join(directory, String(pid));
  return {
    add(pid) {
      writeFileSync(pathOf(pid), table.startTime(pid) ?? "", { mode: 0o600 });
    },
    remove(pid) {
      rmSync(pathOf(pid), { force: true });
    },
    async endLeftovers() {
      const groups: number[] = [];
      for (const name of readdirSync(directory)) {
        const pid = Number(name);
        if (!Number.isInteger(pid) || pid <= 1) continue;
        const recorded = readFileSync(join(directory, name), "utf8");
        const now = table.startTime(pid);
        // While members of its group live, a dead leader's id is given to nobody else; unless the machine was started again.
        const ours =
          now === undefined ? sameBoot(recorded, table) && table.groupLives(pid) : now === recorded && recorded !== "";
        if (ours && killGroup(pid, "SIGKILL")) groups.push(pid);
        rmSync(join(directory, name), { force: true });
      }
      for (const group of groups) {
        for (let tries = 0; tries < 100 && table.groupLives(group); tries++) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      return groups.length;
    },
  };
}

/** Whether the machine has not been started again since. Where the start time does not tell, that is taken for granted. */
function sameBoot(recorded: string, table: ProcessTable): boolean {
  const own = table.startTime(process.pid) ?? "";
  return !own.includes("/") || recorded.split("/")[0] === own.split("/")[0];
}

/** Signals every process of a group. False when there is none. */
export function killGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
