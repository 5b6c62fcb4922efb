export type { Cause, CauseCode, Severity } from "./cause.ts";
export { unreachableCause } from "./codes/unreachable.ts";
export { diagnose, type Examination, examine } from "./examine.ts";
export type { ContainerLog, Subject } from "./subject.ts";
export { type WantedLog, wantedLogLines, wantsLogs } from "./wants-logs.ts";
