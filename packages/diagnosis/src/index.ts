export { type AdmissionRefusal, admissionRefusal } from "./admission-refusal.ts";
export type { Cause, CauseCode, Severity } from "./cause.ts";
export { causeHeadline } from "./cause-headline.ts";
export { unreachableCause } from "./codes/unreachable.ts";
export { type CauseEntry, causeEntries, causeEntry } from "./entries/cause-entries.ts";
export { diagnose, type Examination, examine } from "./examine.ts";
export { examineJob, type JobExamination, type JobSubject, wantsJobLogs } from "./examine-job.ts";
export type { ContainerLog, Subject } from "./subject.ts";
export { type WantedLog, wantedLogLines, wantsLogs } from "./wants-logs.ts";
