import { existsSync } from "node:fs";
import type { Clock } from "../../clock/clock.ts";
import type { ReadContainerLog } from "../pod-logs.ts";
import type { ContainerLog } from "./container-log.ts";
import { readLog } from "./read-log.ts";

export interface LogFiles {
  /** Where the log of a container lies, by the `containerID` of its status. */
  path(containerID: string): string | undefined;
  /** The log while the container runs. */
  live(containerID: string): ContainerLog | undefined;
}

export function readLogFiles(files: LogFiles, clock: Clock): ReadContainerLog {
  return (id, options, signal) => {
    const path = files.path(id);
    if (path === undefined || !(existsSync(path) || existsSync(`${path}.1`))) return undefined;
    return readLog(path, files.live(id), options, clock.now(), signal);
  };
}
